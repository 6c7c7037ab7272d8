// SPDX-License-Identifier: Apache-2.0
// Reads the keys of a case that do not change its question.
#include "cases/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cases/scalars.hpp"
#include "cases/suggestion.hpp"
#include "cases/version_list.hpp"
#include "oracle/mutants.hpp"

namespace truenorm {
namespace {

constexpr std::string_view limit_keys[] = {"ulp", "excess", "flush_to_zero"};

bool is_limit_key(std::string_view key) {
  return std::find(std::begin(limit_keys), std::end(limit_keys), key) !=
         std::end(limit_keys);
}

/// A limit, as the binary64 nearest to the number.
std::optional<double> read_limit(const Node& node, std::string_view what,
                                 Problems& problems) {
  const auto value = read_rational(node, what, problems);
  if (!value) return std::nullopt;
  const double limit = round_to_nearest(float64, *value);
  if (limit < 0 || std::isinf(limit)) {
    problems.add(node.position, fmt::format("{} must be at least 0 and finite, not {}",
                                            what, description(node)));
    return std::nullopt;
  }
  return limit;
}

/// Limits that are written replace the default one, both of them.
Tolerance read_limits(const std::vector<const Entry*>& entries, Problems& problems) {
  Tolerance tolerance;
  const bool has_limit = std::any_of(
      entries.begin(), entries.end(),
      [](const Entry* entry) { return entry->key == "ulp" || entry->key == "excess"; });
  if (has_limit) tolerance.limit_excess.reset();
  for (const Entry* entry : entries) {
    if (entry->key == "ulp") {
      tolerance.limit_ulps = read_limit(entry->value, "ulp", problems);
    } else if (entry->key == "excess") {
      tolerance.limit_excess = read_limit(entry->value, "excess", problems);
    } else {
      tolerance.flush_to_zero =
          read_boolean(entry->value, "flush_to_zero", problems).value_or(false);
    }
  }
  return tolerance;
}

std::vector<const Entry*> entries_of(const Node& map) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : map.entries) {
    if (entry.value.kind != Node::Kind::null) entries.push_back(&entry);
  }
  return entries;
}

const std::vector<std::string_view> words_of_limits(std::begin(limit_keys),
                                                    std::end(limit_keys));

void add_no_tolerance(const Entry& entry, Problems& problems) {
  if (!suggestion(entry.key, words_of_limits).empty()) {
    add_unknown_key(entry, words_of_limits, problems);
    return;
  }
  problems.add(
      entry.position,
      fmt::format("{} is none of ulp, excess and flush_to_zero; an output has a "
                  "map of these",
                  quotation(entry.key)));
}

void read_tolerance(const MergedCase& merged, Expectations& expectations,
                    Problems& problems) {
  auto entries = merged.entries("tolerance", problems);
  for (const Entry* entry : entries) {
    if (!entry->value.is_null() || is_limit_key(entry->key)) continue;
    // What is removed and no limit must have been an output.
    if (suggestion(entry->key, words_of_limits).empty()) {
      expectations.named_outputs.push_back({entry->key, entry->position});
    } else {
      add_unknown_key(*entry, words_of_limits, problems);
    }
  }
  std::erase_if(entries, [](const Entry* entry) { return entry->value.is_null(); });
  if (entries.empty()) return;
  const bool is_of_all =
      std::any_of(entries.begin(), entries.end(),
                  [](const Entry* e) { return is_limit_key(e->key); });
  if (is_of_all) {
    bool is_clean = true;
    for (const Entry* entry : entries) {
      if (is_limit_key(entry->key)) continue;
      is_clean = false;
      if (entry->value.kind == Node::Kind::map) {
        problems.add(entry->position, "tolerance mixes limits with outputs");
      } else {
        add_unknown_key(*entry, words_of_limits, problems);
      }
    }
    if (is_clean) expectations.tolerance_of_all = read_limits(entries, problems);
    return;
  }
  for (const Entry* entry : entries) {
    if (entry->value.kind != Node::Kind::map) {
      add_no_tolerance(*entry, problems);
      continue;
    }
    if (!check_keys(entry->value, entry->key, words_of_limits, problems)) continue;
    auto limits = entries_of(entry->value);
    std::erase_if(limits, [](const Entry* e) { return !is_limit_key(e->key); });
    expectations.tolerances[entry->key] = read_limits(limits, problems);
    expectations.named_outputs.push_back({entry->key, entry->position});
  }
}

/// The strings of a list.
std::vector<std::string> read_words(const Node& node, std::string_view what,
                                    Problems& problems) {
  std::vector<std::string> words;
  if (node.kind != Node::Kind::list) {
    problems.add(node.position, fmt::format("{} must be a list of words, not {}", what,
                                            description(node)));
    return words;
  }
  if (!check_length(node, what, problems)) return words;
  for (const Node& item : node.items) {
    auto word = read_text(item, fmt::format("an item of {}", what), problems);
    if (word) words.push_back(std::move(*word));
  }
  return words;
}

std::vector<std::string> read_catches(const Node& node, Problems& problems) {
  std::vector<std::string> caught = read_words(node, "catches", problems);
  if (caught.size() != node.items.size()) return caught;
  std::vector<std::string_view> known;
  for (const Mutant& mutant : mutants()) known.push_back(mutant.name);
  for (const Node& item : node.items) {
    if (find_mutant(item.text) != nullptr) continue;
    problems.add(item.position, fmt::format("unknown mutant {}{}", description(item),
                                            suggestion(item.text, known)));
  }
  return caught;
}

std::string read_optional_text(const Node& map, std::string_view key,
                               Problems& problems) {
  const Node* value = find(map, key);
  if (value == nullptr) return {};
  return read_text(*value, key, problems).value_or("");
}

std::string read_required_text(const Node& map, std::string_view owner,
                               std::string_view key, Problems& problems) {
  if (find(map, key) == nullptr) {
    problems.add(map.position, fmt::format("{} needs {}", owner, key));
  }
  return read_optional_text(map, key, problems);
}

Known read_known_failure(const Node& node, std::vector<NamedOutput>& named_outputs,
                         Problems& problems) {
  Known known;
  if (!check_keys(node, "an item of known",
                  {"runner", "version", "dtype", "direction", "output", "verdict",
                   "excess", "link", "because"},
                  problems)) {
    return known;
  }
  known.runner = read_required_text(node, "an item of known", "runner", problems);
  known.because = read_required_text(node, "an item of known", "because", problems);
  known.link = read_optional_text(node, "link", problems);
  if (const Node* version = find(node, "version")) {
    known.version = version->text;
    if (version->kind != Node::Kind::scalar || !is_version_list(version->text)) {
      problems.add(version->position,
                   fmt::format("version must be comparisons such as \">=2.1,<2.14\", "
                               "not {}",
                               description(*version)));
    }
  }
  if (const Node* dtype = find(node, "dtype")) {
    if (const auto format = read_format(*dtype, "dtype", problems))
      known.dtype = format->name;
  }
  if (const Node* direction = find(node, "direction")) {
    known.direction =
        read_choice(*direction, "direction", {"forward", "vjp", "jvp"}, problems)
            .value_or("");
  }
  if (const Node* output = find(node, "output")) {
    if (const auto text = read_text(*output, "output", problems)) {
      known.output = *text;
      named_outputs.push_back({*text, output->position});
    }
  }
  if (const Node* verdict = find(node, "verdict")) {
    known.verdict = read_choice(*verdict, "verdict",
                                {"fail", "crashed", "timed_out", "out_of_memory",
                                 "protocol_error", "runner_error"},
                                problems)
                        .value_or("fail");
  }
  if (const Node* excess = find(node, "excess")) {
    known.limit_excess = read_limit(*excess, "excess", problems);
  }
  return known;
}

void read_known(const Node& node, Expectations& expectations, Problems& problems) {
  if (node.kind != Node::Kind::list) {
    problems.add(node.position, fmt::format("known must be a list of maps, not {}",
                                            description(node)));
    return;
  }
  if (!check_length(node, "known", problems)) return;
  for (const Node& item : node.items) {
    expectations.known.push_back(
        read_known_failure(item, expectations.named_outputs, problems));
  }
}

std::optional<Bug> read_bug(const MergedCase& merged, Problems& problems) {
  const auto entries = merged.entries("bug", problems);
  std::optional<Bug> bug;
  for (const Entry* entry : entries) {
    const bool is_known =
        entry->key == "source" || entry->key == "libraries" || entry->key == "symptom";
    if (!is_known) {
      add_unknown_key(*entry, {"source", "libraries", "symptom"}, problems);
    }
    if (!is_known || entry->value.is_null()) continue;
    if (!bug) bug.emplace();
    if (entry->key == "source") {
      bug->source = read_text(entry->value, "source", problems).value_or("");
    } else if (entry->key == "libraries") {
      bug->libraries = read_words(entry->value, "libraries", problems);
    } else {
      bug->symptom =
          read_choice(entry->value, "symptom",
                      {"wrong_value", "nan", "inf", "crash", "refused"}, problems)
              .value_or("");
    }
  }
  return bug;
}

}  // namespace

Tolerance Expectations::tolerance(std::string_view output) const {
  if (const auto own = tolerances.find(output); own != tolerances.end()) {
    return own->second;
  }
  return tolerance_of_all.value_or(Tolerance{});
}

Expectations read_expectations(const MergedCase& merged, Problems& problems) {
  Expectations expectations;
  if (const Node* about = merged.field("about")) {
    expectations.about = read_text(*about, "about", problems).value_or("");
  }
  read_tolerance(merged, expectations, problems);
  if (const Node* compute = merged.field("compute")) {
    expectations.compute = read_format(*compute, "compute dtype", problems);
  }
  if (const Node* zero_gradient = merged.field("zero_gradient")) {
    if (read_boolean(*zero_gradient, "zero_gradient", problems).value_or(false)) {
      expectations.zero_scale_gradient = ZeroScaleGradient::zero;
    }
  }
  if (const Node* catches = merged.field("catches")) {
    expectations.catches = read_catches(*catches, problems);
    expectations.catches_nothing =
        catches->kind == Node::Kind::list && catches->items.empty();
  }
  if (const Node* known = merged.field("known")) {
    read_known(*known, expectations, problems);
  }
  if (const Node* tags = merged.field("tags")) {
    expectations.tags = read_words(*tags, "tags", problems);
  }
  expectations.bug = read_bug(merged, problems);
  return expectations;
}

std::optional<Format> read_format(const Node& node, std::string_view what,
                                  Problems& problems) {
  std::vector<std::string_view> known;
  for (const Format& format : formats()) known.push_back(format.name);
  const auto format_name = read_choice(node, what, known, problems);
  if (!format_name) return std::nullopt;
  return find_format(*format_name);
}

}  // namespace truenorm
