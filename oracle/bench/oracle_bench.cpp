// SPDX-License-Identifier: Apache-2.0
// Measures score() and its C++ peers, row by row, on the same data.
#include <benchmark/benchmark.h>
#include <oneapi/tbb/global_control.h>

#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "oracle/bench/npy.hpp"
#include "oracle/bench/peers.hpp"
#include "oracle/bench/versions.hpp"
#include "oracle/bench/workload.hpp"
#include "oracle/score.hpp"

namespace truenorm::bench {
namespace {

constexpr std::string_view usage = R"(usage: oracle_bench [OPTION...]

  --list-rows          one line for each row, and no measurement
  --row=ID             only this row
  --elements=N         of a tensor, about (default 2097152)
  --slow-elements=N    of the share of it that a slow peer gets (default 8192)
  --threads=N          also measure the scaling rows with N threads (default 2)
  --data=FOLDER        write the tensors of each row there, over those of the last row

and the options of Google Benchmark, which --help lists. Names of benchmarks are
ROW/truenorm/OUTPUT, ROW/truenorm-threads/OUTPUT and ROW/PEER.
)";

struct Options {
  std::int64_t elements = std::int64_t{1} << 21;
  std::int64_t slow_elements = 8192;
  std::int64_t threads = 2;
  std::string row;
  std::filesystem::path data;
  bool lists_rows = false;
};

std::int64_t positive(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
    throw std::invalid_argument("no positive integer: " + std::string(text));
  }
  return value;
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    const std::string_view name = word.substr(0, word.find('='));
    const std::string_view value =
        name.size() < word.size() ? word.substr(name.size() + 1) : "";
    if (name == "--list-rows") {
      options.lists_rows = true;
    } else if (name == "--row") {
      options.row = value;
    } else if (name == "--data") {
      options.data = value;
    } else if (name == "--elements") {
      options.elements = positive(value);
    } else if (name == "--slow-elements") {
      options.slow_elements = positive(value);
    } else if (name == "--threads") {
      options.threads = positive(value);
    } else {
      throw std::invalid_argument("unknown option " + std::string(word));
    }
  }
  return options;
}

/// The data of the row that is being measured; the last row's is given up for it.
class Data {
 public:
  explicit Data(const Options& options) : options_(options) {}

  const Workload& of(const Row& row) {
    if (!workload_ || workload_->row.id != row.id) {
      workload_.reset();
      workload_.emplace(make_workload(row, options_.slow_elements));
      if (!options_.data.empty()) write();
    }
    return *workload_;
  }

 private:
  Options options_;
  std::optional<Workload> workload_;

  void write() const {
    for (const auto& [input, tensor] : workload_->question.inputs()) {
      write_npy(options_.data / (input + ".npy"), tensor);
    }
    for (const auto& [output, answer] : workload_->judged) {
      write_npy(options_.data / (output + ".npy"), answer);
    }
  }
};

/// Seconds for each of the units that an iteration handles.
void count_units(benchmark::State& state, const Row& row, std::size_t elements) {
  using benchmark::Counter;
  const auto flags = static_cast<Counter::Flags>(Counter::kIsIterationInvariantRate |
                                                 Counter::kInvert);
  if (row.is_per_call) {
    state.counters["per_call"] = Counter(1, flags);
  } else {
    state.counters["per_element"] = Counter(static_cast<double>(elements), flags);
  }
}

void measure_truenorm(benchmark::State& state, const Workload& workload,
                      const Judged& judged, std::int64_t threads) {
  // Of several such limits the least holds, so there is none around this one.
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  SettledCounts settled;
  bool passes = true;
  while (state.KeepRunning()) {
    const Score judgement = score(workload.question, judged.output, judged.answer, {});
    settled = judgement.settled;
    passes = passes && judgement.passes;
    benchmark::ClobberMemory();
  }
  // A wrong answer takes other paths than those that are to be measured.
  if (!passes) state.SkipWithError("the answer that was scored fails");
  count_units(state, workload.row,
              static_cast<std::size_t>(workload.question.x().size()));
  const auto all =
      static_cast<double>(settled.filter + settled.refine + settled.decide);
  state.counters["filter"] = static_cast<double>(settled.filter);
  state.counters["refine"] = static_cast<double>(settled.refine);
  state.counters["decide"] = static_cast<double>(settled.decide);
  state.counters["filter_fraction"] = static_cast<double>(settled.filter) / all;
}

template <typename Real>
void measure_two_pass(benchmark::State& state, const Row& row,
                      const Problem<Real>& problem) {
  Answer<Real> answer(problem);
  while (state.KeepRunning()) {
    two_pass(problem, answer);
    benchmark::ClobberMemory();
  }
  count_units(state, row, problem.x.size());
}

void measure_slow(benchmark::State& state, const Workload& workload,
                  const SlowPeer& peer) {
  Answer<double> answer(workload.few);
  while (state.KeepRunning()) {
    peer.compute(workload.few, answer);
    benchmark::ClobberMemory();
  }
  if (!is_near(answer, workload.few_expected)) {
    state.SkipWithError("the peer's answer is wrong");
  }
  count_units(state, workload.row, workload.few.x.size());
}

/// Outputs of a row, by their place among those that are judged.
std::vector<std::string> judged_outputs(const Row& row) {
  if (row.direction == Direction::forward) return {"y"};
  if (row.op == "rms_norm") return {"dx", "dgamma"};
  return {"dx", "dgamma", "dbeta"};
}

// Wall-clock time: several threads take their time at once.
template <typename Measure>
void add(const std::string& benchmark_name, Measure measure) {
#ifndef __clang_analyzer__  // version 14 takes what the library keeps for a leak
  benchmark::RegisterBenchmark(benchmark_name.c_str(), std::move(measure))
      ->UseRealTime();
#endif
}

void add_row(const Row& row, const Options& options,
             const std::shared_ptr<Data>& data) {
  const std::vector<std::string> outputs = judged_outputs(row);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    add(row.id + "/truenorm/" + outputs[i], [=](benchmark::State& state) {
      const Workload& workload = data->of(row);
      measure_truenorm(state, workload, workload.judged.at(i), 1);
    });
  }
  add(row.id + "/two_pass", [=](benchmark::State& state) {
    std::visit([&](const auto& problem) { measure_two_pass(state, row, problem); },
               data->of(row).native);
  });
  for (const SlowPeer& peer : slow_peers()) {
    add(row.id + "/" + std::string(peer.name),
        [=](benchmark::State& state) { measure_slow(state, data->of(row), peer); });
  }
  for (std::size_t i = 0; row.is_scaling && i < outputs.size(); ++i) {
    add(row.id + "/truenorm-threads/" + outputs[i],
        [=, threads = options.threads](benchmark::State& state) {
          const Workload& workload = data->of(row);
          measure_truenorm(state, workload, workload.judged.at(i), threads);
        });
  }
}

void run(const Options& options) {
  const auto data = std::make_shared<Data>(options);
  bool is_known = options.row.empty();
  for (const Row& row : rows(options.elements)) {
    if (!options.row.empty() && row.id != options.row) continue;
    is_known = true;
    if (options.lists_rows) {
      std::cout << description(row) << '\n';
    } else {
      add_row(row, options, data);
    }
  }
  if (!is_known) throw std::invalid_argument("no such row: " + options.row);
  if (options.lists_rows) return;
  for (const auto& [what, version] : versions()) {
    benchmark::AddCustomContext(what, version);
  }
  benchmark::RunSpecifiedBenchmarks();
}

}  // namespace
}  // namespace truenorm::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  try {
    truenorm::bench::run(truenorm::bench::parse(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "oracle_bench: " << error.what() << '\n' << truenorm::bench::usage;
    return 2;
  }
  benchmark::Shutdown();
}
