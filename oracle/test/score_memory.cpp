// SPDX-License-Identifier: Apache-2.0
// How much memory a score takes beside the tensors that it is asked of.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "oracle/score.hpp"

namespace {

using namespace truenorm;

/// An operator, and the shape of its x for about so many elements.
struct Layout {
  std::string op;
  Shape shape;
};

Layout layout_of(const std::string& name, std::int64_t elements) {
  if (name == "rows_of_768") return {"layer_norm", {elements / 768, 768}};
  if (name == "rows_of_8") return {"layer_norm", {elements / 8, 8}};
  return {"batch_norm", {elements / (64 * 56 * 56), 64, 56, 56}};
}

/// Numbers of mean 0 and variance 1, so that normalizing hardly changes them.
Tensor numbers(const Shape& shape, std::uint32_t seed) {
  Tensor tensor(float32, shape);
  std::minstd_rand random(seed);
  std::uniform_real_distribution<float> uniform(-1.7320508F, 1.7320508F);
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    tensor.set_bits(i, std::bit_cast<std::uint32_t>(uniform(random)));
  }
  return tensor;
}

Tensors inputs_of(const Layout& layout, Direction direction) {
  const OperatorSpec& op = *find_operator(layout.op);
  const Attributes attributes{{"eps", 1e-5}};
  const bool is_forward = direction == Direction::forward;
  Tensors inputs;
  inputs.emplace("x", numbers(layout.shape, 1));
  for (const char* name : {"gamma", is_forward ? "beta" : "dy"}) {
    inputs.emplace(name, numbers(input_shape(op, attributes, name, layout.shape), 2));
  }
  return inputs;
}

std::int64_t bytes_of(const Question& question, const Tensor& answer) {
  auto bytes = static_cast<std::int64_t>(answer.bytes().size());
  for (const auto& [name, tensor] : question.inputs()) {
    bytes += static_cast<std::int64_t>(tensor.bytes().size());
  }
  return bytes;
}

/// The most that this process had in memory at once.
std::int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("/proc/self/status does not tell VmHWM");
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("Holds the peak memory of a score against the bytes of its tensors");
  std::int64_t elements = std::int64_t{1} << 24;
  std::string layout_name = "rows_of_768";
  std::string output = "y";
  double limit_ratio = 1.1;
  std::int64_t allowance_mebibytes = 24;
  app.add_option("--elements", elements, "of x, about")->capture_default_str();
  app.add_option("--layout", layout_name)
      ->check(CLI::IsMember({"rows_of_768", "rows_of_8", "batch_norm"}))
      ->capture_default_str();
  app.add_option("--output", output)
      ->check(CLI::IsMember({"y", "dx", "dgamma"}))
      ->capture_default_str();
  app.add_option("--limit", limit_ratio, "peak : tensors")->capture_default_str();
  app.add_option("--allowance", allowance_mebibytes, "MiB beside that")
      ->capture_default_str();
  CLI11_PARSE(app, count, arguments);

  const Layout layout = layout_of(layout_name, elements);
  const Direction direction = output == "y" ? Direction::forward : Direction::vjp;
  const Question question(*find_operator(layout.op), direction, {{"eps", 1e-5}},
                          inputs_of(layout, direction));
  const Tensor answer =
      output == "dgamma" ? numbers(question.output_shape(output), 3) : question.x();
  const std::int64_t tensors = bytes_of(question, answer);
  const std::int64_t before = peak_bytes();
  const Score judged = score(question, output, answer, {});
  const std::int64_t peak = peak_bytes();
  const double ratio = static_cast<double>(peak) / static_cast<double>(tensors);
  std::cout << layout_name << " " << output << ": " << judged.count << " elements, "
            << judged.settled.filter << " by the filter; tensors " << tensors
            << " bytes, peak " << peak << " (" << before << " before the score), "
            << ratio << " times the tensors\n";
  const double allowed = limit_ratio * static_cast<double>(tensors) +
                         static_cast<double>(allowance_mebibytes << 20);
  return static_cast<double>(peak) <= allowed ? EXIT_SUCCESS : EXIT_FAILURE;
}
