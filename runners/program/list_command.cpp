// SPDX-License-Identifier: Apache-2.0
// truenorm list: what there is to choose from.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>

#include "cases/case_text.hpp"
#include "cases/dialects.hpp"
#include "oracle/mutants.hpp"
#include "oracle/operators.hpp"
#include "oracle/policies.hpp"
#include "runners/program/commands.hpp"
#include "runners/program/installation.hpp"
#include "runners/program/runner_choice.hpp"
#include "runners/program/test_selection.hpp"
#include "runners/supervisor/supervisor.hpp"

namespace truenorm {
namespace {

using Json = nlohmann::ordered_json;

/// What a list is made of: an object for --json, a line for people.
struct Entry {
  Json json;
  std::string line;
};

template <typename Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& item : names) {
    text += (text.empty() ? "" : ", ") + std::string(item);
  }
  return text;
}

template <typename Specs>
std::vector<std::string> names_of(const Specs& specs) {
  std::vector<std::string> names;
  names.reserve(specs.size());
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

std::vector<Entry> list_operators() {
  std::vector<Entry> entries;
  for (const OperatorSpec& op : operators()) {
    const auto attributes = names_of(op.attributes);
    Json directions = Json::object();
    std::string lines = op.name;
    for (const Direction direction :
         {Direction::forward, Direction::vjp, Direction::jvp}) {
      const auto inputs = names_of(op.inputs_of(direction));
      const auto outputs = names_of(op.outputs_of(direction));
      directions[std::string(name(direction))] = {{"inputs", inputs},
                                                  {"outputs", outputs}};
      lines += fmt::format("\n    {:<8} ({}) -> {}", name(direction), joined(inputs),
                           joined(outputs));
    }
    entries.push_back(
        {{{"name", op.name}, {"directions", directions}, {"attributes", attributes}},
         fmt::format("{}\n    {}", lines, joined(attributes))});
  }
  return entries;
}

std::vector<Entry> list_dtypes() {
  std::vector<Entry> entries;
  for (const Format& format : formats()) {
    entries.push_back(
        {{{"name", format.name},
          {"precision_bits", format.precision_bits},
          {"emin", format.emin},
          {"emax", format.emax}},
         fmt::format("{:<13} p = {:>2}, emin = {:>5}, emax = {:>4}", format.name,
                     format.precision_bits, format.emin, format.emax)});
  }
  return entries;
}

/// eps: 1e-05, layout: channels_last
std::string attributes_text(const Attributes& attributes) {
  std::string text;
  for (const auto& [attribute, value] : attributes) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", attribute,
                        attribute_text(value));
  }
  return text;
}

std::vector<Entry> list_dialects() {
  std::vector<Entry> entries;
  for (const std::string_view dialect : dialects()) {
    Json defaults = Json::array();
    std::string lines(dialect);
    if (has_float32_attributes(dialect)) lines += ", whose real attributes are float32";
    for (const DialectDefaults& row : dialect_table()) {
      if (row.dialect != dialect) continue;
      Json attributes = Json::object();
      for (const auto& [attribute, value] : row.attributes) {
        attributes[attribute] = attribute_text(value);
      }
      defaults.push_back({{"op", row.op},
                          {"attributes", attributes},
                          {"source", row.source},
                          {"link", row.link}});
      lines +=
          fmt::format("\n    {:<21} {}\n{:26}from {}\n{:26}{}", row.op,
                      attributes_text(row.attributes), "", row.source, "", row.link);
    }
    entries.push_back({{{"name", dialect},
                        {"float32_attributes", has_float32_attributes(dialect)},
                        {"defaults", defaults}},
                       lines});
  }
  return entries;
}

std::vector<Entry> list_mutants() {
  std::vector<Entry> entries;
  for (const Mutant& mutant : mutants()) {
    entries.push_back({{{"name", mutant.name},
                        {"formula", mutant.formula},
                        {"about", mutant.about},
                        {"operators", mutant.operators}},
                       fmt::format("{:<36} {} ({})", mutant.name, mutant.about,
                                   joined(mutant.operators))});
  }
  return entries;
}

std::vector<Entry> list_policies() {
  std::vector<Entry> entries;
  for (const Policy& policy : policies()) {
    entries.push_back({{{"name", policy.name}, {"about", policy.about}},
                       fmt::format("{:<12} {}", policy.name, policy.about)});
  }
  return entries;
}

std::vector<Entry> list_cases() {
  std::vector<Entry> entries;
  TestFilter everything;
  everything.cases = {installed_cases().string()};
  for_each_test(everything, [&](const TestCase& test) {
    entries.push_back({{{"name", test.name},
                        {"about", test.about},
                        {"op", test.question.op().name},
                        {"tags", test.tags}},
                       test.name});
  });
  return entries;
}

/// Whether the runner says hello here; if not, why.
struct Probe {
  std::optional<protocol::Hello> hello;
  std::string why;
};

Probe probe(const Manifest& manifest) {
  Command command{manifest.command, {}};
  const std::string variant =
      manifest.variants.empty() ? "" : manifest.variants.begin()->first;
  if (!variant.empty()) command.words.push_back(variant);
  try {
    return {Supervisor(command).hello(), {}};
  } catch (const UnusableRunner& error) {
    return {std::nullopt, error.what()};
  }
}

Entry runner_entry(const Manifest& manifest, const Probe& probe) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
  };
  Entry entry;
  entry.json = {{"name", manifest.name},
                {"about", manifest.about},
                {"variants", manifest.variants},
                {"usable", probe.hello.has_value()},
                {"library", probe.hello ? Json(probe.hello->library) : Json(nullptr)},
                {"library_version",
                 probe.hello ? Json(probe.hello->library_version) : Json(nullptr)},
                {"why", or_null(probe.why)},
                {"install", or_null(probe.hello ? "" : manifest.install)}};
  entry.line = fmt::format("{:<12} {}", manifest.name, manifest.about);
  if (probe.hello) {
    entry.line += fmt::format("\n{:13}usable: {} {}", "", probe.hello->library,
                              probe.hello->library_version);
  } else {
    entry.line += fmt::format("\n{:13}not usable: {}", "", probe.why);
    if (!manifest.install.empty()) {
      entry.line += fmt::format("\n{:13}to get it: {}", "", manifest.install);
    }
  }
  for (const auto& [variant, about] : manifest.variants) {
    if (variant.empty()) continue;
    entry.line += fmt::format("\n{:13}{}:{}  {}", "", manifest.name, variant, about);
  }
  return entry;
}

std::vector<Entry> list_runners() {
  const std::vector<Manifest> manifests =
      read_manifests(installed_runners(), installed_programs());
  std::vector<std::future<Probe>> probes;
  probes.reserve(manifests.size());
  for (const Manifest& manifest : manifests) {
    probes.push_back(std::async(std::launch::async, probe, std::cref(manifest)));
  }
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    entries.push_back(runner_entry(manifests[i], probes[i].get()));
  }
  return entries;
}

struct List {
  std::string name;
  std::string about;
  std::vector<Entry> (*entries)();
};

const std::vector<List>& lists() {
  static const std::vector<List> all{
      {"operators", "the operators, their directions, inputs, outputs and attributes",
       list_operators},
      {"dtypes", "the floating-point formats", list_dtypes},
      {"dialects", "whose defaults a case can take, and where they are from",
       list_dialects},
      {"runners", "which runners are usable here, and why the others are not",
       list_runners},
      {"cases", "the tests that came with the program", list_cases},
      {"mutants", "the deliberate faults that cases catch", list_mutants},
      {"policies", "other suites' rules for accepting an answer", list_policies},
  };
  return all;
}

}  // namespace

void add_list_command(CLI::App& app, Action& action) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("list", "Show what there is to choose from");
  command->require_subcommand(1);
  command->fallthrough();
  command->add_flag("--json", *as_json, "a JSON array");
  for (const List& list : lists()) {
    command->add_subcommand(list.name, list.about)->callback([&list, as_json, &action] {
      action = [&list, as_json] {
        Json array = Json::array();
        for (const Entry& entry : list.entries()) {
          if (*as_json) {
            array.push_back(entry.json);
          } else {
            fmt::print("{}\n", entry.line);
          }
        }
        if (*as_json) fmt::print("{}\n", array.dump(2));
        return ExitStatus::good;
      };
    });
  }
}

}  // namespace truenorm
