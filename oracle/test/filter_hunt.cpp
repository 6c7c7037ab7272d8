// SPDX-License-Identifier: Apache-2.0
// The program that hunts for truths which the oracle's filter settled wrongly.
#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "oracle/test/hunt.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

constexpr int most_reports = 20;

struct Arguments {
  std::int64_t elements = 1'000'000;
  std::uint64_t seed = 1;
  std::uint64_t question = 0;
  bool is_one_question = false;
  std::string op;
  std::string direction;
  std::string dtype;
  std::string row_class;
  std::int64_t largest = 1 << 20;
  unsigned jobs = 1;
  double least_filtered_percent = 0;
  HuntSettings settings;
};

template <typename Names>
std::vector<std::string> words(const Names& all) {
  std::vector<std::string> names;
  for (const auto& each : all) {
    if constexpr (requires { each.name; }) {
      names.emplace_back(each.name);
    } else {
      names.emplace_back(name(each));
    }
  }
  return names;
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Holds the truths that the filter settled against MPFR intervals.");
  app.add_option("--elements", arguments.elements,
                 "examine at least that many, times TRUENORM_TEST_MULTIPLIER");
  app.add_option("--seed", arguments.seed, "of the whole hunt");
  app.add_option("--op", arguments.op, "one operator")
      ->check(CLI::IsMember(words(operators())));
  app.add_option("--direction", arguments.direction, "forward, vjp or jvp")
      ->check(CLI::IsMember({"forward", "vjp", "jvp"}));
  app.add_option("--dtype", arguments.dtype, "of x")
      ->check(CLI::IsMember(words(formats())));
  app.add_option("--class", arguments.row_class, "of x")
      ->check(CLI::IsMember(words(row_classes())));
  app.add_option("--largest", arguments.largest, "elements of a question, at most");
  app.add_option("--jobs", arguments.jobs, "threads");
  auto* question = app.add_option("--question", arguments.question,
                                  "one question, as a report names it");
  for (const char* needed : {"--op", "--direction", "--dtype", "--class"}) {
    question->needs(app.get_option(needed));
  }
  app.add_option("--least-filtered", arguments.least_filtered_percent,
                 "percent of the elements that the filter must settle");
  app.add_flag_callback(
      "--all-levels", [&] { arguments.settings.scope = Scope::all_levels; },
      "compare what refine and decide settled too");
  const std::map<std::string, Plant> plants{
      {"tail", Plant::tail}, {"rounding", Plant::rounding}, {"binade", Plant::binade}};
  app.add_option("--plant", arguments.settings.plant,
                 "make one truth wrong: tail, rounding or binade")
      ->transform(CLI::CheckedTransformer(plants));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
  arguments.is_one_question = question->count() > 0;
  return arguments;
}

/// Draws the recipe of the hunt's k-th question.
Recipe draw_recipe(const Arguments& arguments, std::uint64_t k) {
  // The multiplier keeps hunts of neighbouring seeds apart.
  Dice dice(arguments.seed * 0x9e3779b97f4a7c15 + k);
  Recipe recipe;
  recipe.seed = arguments.is_one_question ? arguments.question : dice.bits();
  recipe.row_class = arguments.row_class.empty()
                         ? row_classes()[dice.bits() % row_classes().size()]
                         : *find_row_class(arguments.row_class);
  recipe.operator_name = arguments.op.empty()
                             ? operators()[dice.bits() % operators().size()].name
                             : arguments.op;
  constexpr std::array directions{Direction::forward, Direction::vjp, Direction::jvp};
  recipe.direction = arguments.direction.empty() ? dice.among(directions)
                                                 : *find_direction(arguments.direction);
  recipe.x_format = arguments.dtype.empty() ? formats()[dice.bits() % formats().size()]
                                            : *find_format(arguments.dtype);
  recipe.most_elements = arguments.largest;
  return recipe;
}

/// What the closing tables count by: a heading, and a row of it.
using Row = std::pair<std::string, std::string>;

struct Results {
  Tally total;
  std::map<Row, Tally> rows;
  HuntTimes seconds;
  bool has_planted = false;
  int reports = 0;
};

void enter(const Recipe& recipe, const NastyQuestion& asked, const Tally& tally,
           Results& results) {
  const std::string direction(name(recipe.direction));
  results.total += tally;
  const auto add = [&](const char* heading, std::string_view row) {
    results.rows[{heading, std::string(row)}] += tally;
  };
  add("class of x", std::string(name(recipe.row_class)) + " " + direction);
  add("operator", recipe.operator_name + " " + direction);
  add("format of x", recipe.x_format.name);
  add("gamma and beta", name(asked.affine_class));
  if (recipe.direction != Direction::forward) {
    add("dy or tangent", name(asked.direction_class));
  }
}

Tally examine(Hunt& hunt, const Recipe& recipe, const NastyQuestion& asked) {
  try {
    return hunt.examine(recipe, asked);
  } catch (const std::exception& error) {
    hunt.report("exception: " + std::string(error.what()), recipe, asked);
    Tally tally;
    tally.examined = asked.question.x().size();
    tally.violations = 1;
    return tally;
  }
}

/// Every jobs-th question, until the job has examined its share.
void hunt(const Arguments& arguments, unsigned job, std::mutex& mutex,
          Results& results) {
  HuntSettings settings = arguments.settings;
  if (job != 0) settings.plant = Plant::none;
  Hunt hunt(settings, [&](const std::string& violation) {
    const std::lock_guard lock(mutex);
    if (++results.reports <= most_reports) std::puts(violation.c_str());
  });
  const std::int64_t share = scaled_count(arguments.elements) / arguments.jobs;
  std::int64_t examined = 0;
  for (std::uint64_t k = job; examined < share; k += arguments.jobs) {
    const Recipe recipe = draw_recipe(arguments, k);
    const NastyQuestion asked = nasty_question(recipe);
    const Tally tally = examine(hunt, recipe, asked);
    examined += tally.examined;
    const std::lock_guard lock(mutex);
    enter(recipe, asked, tally, results);
    if (arguments.is_one_question) break;
  }
  const std::lock_guard lock(mutex);
  results.seconds.truth += hunt.seconds().truth;
  results.seconds.comparison += hunt.seconds().comparison;
  results.has_planted |= hunt.has_planted();
}

void print_row(const std::string& row, const Tally& tally) {
  const auto settled = [&](Level level) {
    return static_cast<long>(tally.settled[static_cast<std::size_t>(level)]);
  };
  const auto skipped = [&](Gap gap) {
    return static_cast<long>(tally.skipped[static_cast<std::size_t>(gap)]);
  };
  std::printf(
      "%-29s %10ld %10ld %10ld %9ld %9ld %10ld %8ld %6ld %8ld %8ld %6ld %8ld %10ld\n",
      row.c_str(), static_cast<long>(tally.examined), settled(Level::filter),
      settled(Level::refine), settled(Level::decide), settled(Level::special),
      static_cast<long>(tally.compared), static_cast<long>(tally.presumed),
      static_cast<long>(tally.open), skipped(Gap::scale), skipped(Gap::undefined),
      skipped(Gap::kink), skipped(Gap::rounding), static_cast<long>(tally.violations));
}

void print(const Results& results) {
  std::string heading;
  for (const auto& [row, tally] : results.rows) {
    if (row.first != heading) {
      heading = row.first;
      std::printf("%-29s %10s %10s %10s %9s %9s %10s %8s %6s %8s %8s %6s %8s %10s\n",
                  heading.c_str(), "examined", "filter", "refine", "decide", "special",
                  "compared", "presumed", "open", "s not >0", "no real", "kink",
                  "rounding", "violations");
    }
    print_row("  " + row.second, tally);
  }
  print_row("all", results.total);
}

/// values   0: no violation; 1: violations, or too few filtered; 2: nothing was planted
int judge(const Arguments& arguments, const Results& results, double seconds) {
  const auto examined = static_cast<double>(results.total.examined);
  const auto filtered = results.total.settled[static_cast<std::size_t>(Level::filter)];
  const double percent =
      results.total.examined == 0 ? 0 : 100 * static_cast<double>(filtered) / examined;
  std::printf(
      "%ld violations in %ld elements compared; the filter settled %.3f %% of %ld; "
      "seconds: %.1f for truths, %.1f for comparisons, %.1f in all\n",
      static_cast<long>(results.total.violations),
      static_cast<long>(results.total.compared), percent,
      static_cast<long>(results.total.examined), results.seconds.truth,
      results.seconds.comparison, seconds);
  if (arguments.settings.plant != Plant::none && !results.has_planted) {
    std::puts("no element to plant a fault in");
    return 2;
  }
  if (results.total.violations > 0) return 1;
  if (percent < arguments.least_filtered_percent) {
    std::printf("fewer than %g %%\n", arguments.least_filtered_percent);
    return 1;
  }
  return 0;
}

int run(const Arguments& arguments) {
  const auto start = std::chrono::steady_clock::now();
  Results results;
  std::mutex mutex;
  std::vector<std::thread> jobs;
  for (unsigned job = 0; job < arguments.jobs; ++job) {
    jobs.emplace_back([&, job] { hunt(arguments, job, mutex, results); });
  }
  for (std::thread& job : jobs) job.join();
  print(results);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return judge(arguments, results, taken.count());
}

}  // namespace
}  // namespace truenorm::twin

int main(int argc, char** argv) {
  return truenorm::twin::run(truenorm::twin::parse(argc, argv));
}
