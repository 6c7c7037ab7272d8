// SPDX-License-Identifier: Apache-2.0
// Every form of a tensor against bits worked out by hand.
#include <fmt/format.h>

#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

using Bits = std::vector<std::uint64_t>;

struct Form {
  std::string tensor;
  std::string dtype;
  Bits bits;
};

TEST_CASE("each form of a tensor gives the bits worked out by hand") {
  const Form form = GENERATE(
      // Scalars and lists; 0.1 is 0x2e66 in float16, and 0x3dcc in bfloat16 would be
      // the truncated 0.1: its nearest is 0x3dcd.
      Form{"2", "float16", {0x4000}}, Form{"0.1", "float16", {0x2e66}},
      Form{"0.1", "bfloat16", {0x3dcd}}, Form{"0.1", "float32", {0x3dcccccd}},
      Form{"0.1", "float64", {0x3fb999999999999a}},
      Form{"[1, -2, 0.5]", "float16", {0x3c00, 0xc000, 0x3800}},
      Form{"[[1, 2], [3, 4]]", "float16", {0x3c00, 0x4000, 0x4200, 0x4400}},
      Form{"[]", "float32", {}}, Form{"[[], []]", "float32", {}},
      // Words and notations.
      Form{"[nan, inf, -inf, .nan, .inf, -.Inf]",
           "float16",
           {0x7e00, 0x7c00, 0xfc00, 0x7e00, 0x7c00, 0xfc00}},
      Form{"[0x1.8p-1, -0x1p4, 0X1P+0]", "float16", {0x3a00, 0xcc00, 0x3c00}},
      Form{"[+1, .5, 5., 1e1, 1E-1, 0x10, 0o17]",
           "float16",
           {0x3c00, 0x3800, 0x4500, 0x4900, 0x2e66, 0x4c00, 0x4b80}},
      Form{"[0, -0, -0.0, -0x0p0]", "float16", {0x0000, 0x8000, 0x8000, 0x8000}},
      // Half-way between 1 and 1 + 2^-10 goes to the even one; a trace above, up.
      Form{"[0x1.002p0, 0x1.0020000000000000000000000001p0]",
           "float16",
           {0x3c00, 0x3c01}},
      // 65520 is the first number that overflows; below it is the largest finite one.
      Form{"65519.999999999999999999", "float16", {0x7bff}},
      // Half the smallest subnormal goes to 0, a trace more does not.
      Form{"[0x1p-25, 0x1.0000001p-25, -0x1p-25]", "float16", {0x0000, 0x0001, 0x8000}},
      Form{"{shape: [2, 1], fill: 0.1}", "float16", {0x2e66, 0x2e66}},
      Form{"{shape: [2], fill: nan}", "float16", {0x7e00, 0x7e00}},
      Form{"{shape: [], fill: 1}", "float16", {0x3c00}},
      Form{"{shape: [0, 4], fill: 1}", "float16", {}},
      Form{"{shape: [5], linspace: [0, 1]}",
           "float16",
           {0x0000, 0x3400, 0x3800, 0x3a00, 0x3c00}},
      // A third, rounded once: 0x3555.
      Form{"{shape: [2, 2], linspace: [0, 1]}", "float16", {0, 0x3555, 0x3955, 0x3c00}},
      Form{"{shape: [1], linspace: [3, 9]}", "float16", {0x4200}},
      Form{"{shape: [0], linspace: [3, 9]}", "float16", {}},
      Form{"{shape: [2, 2], bits: [0x3c00, 0x7e01, 0xffff, 1]}",
           "float16",
           {0x3c00, 0x7e01, 0xffff, 1}},
      Form{"{shape: [1], bits: [0xffffffffffffffff]}", "float64", {0xffffffffffffffff}},
      Form{"{shape: [2], pattern: constant, value: 3}", "float16", {0x4200, 0x4200}},
      Form{"{shape: [3], pattern: alternating, value: 3}",
           "float16",
           {0x4200, 0xc200, 0x4200}},
      Form{"{shape: [3], pattern: spike, value: 3}", "float16", {0x4200, 0, 0}},
      Form{"{shape: [3], pattern: spike, value: inf, at: 2, base: 1}",
           "float16",
           {0x3c00, 0x3c00, 0x7c00}},
      // Modifiers, always times before plus before set.
      Form{"{shape: [2], fill: 2, plus: 1, times: 3}", "float16", {0x4700, 0x4700}},
      Form{"{shape: [3], fill: 1, times: 2, set: [{at: [1], to: nan}, {at: [2], to: "
           "-0.0}]}",
           "float16",
           {0x4000, 0x7e00, 0x8000}},
      Form{"{shape: [2, 2], fill: 0, set: [{at: [1, 0], to: 1}, {at: [1, 0], to: 2}]}",
           "float16",
           {0, 0, 0x4000, 0}},
      // 2049 is no float16, but 2049 - 2048 is exact: there is one rounding, at the end.
      Form{"{shape: [1], fill: 2049, plus: -2048}", "float16", {0x3c00}},
      Form{"{shape: [1], fill: 1e10, times: 1e-10}", "float16", {0x3c00}},
      Form{"{shape: [3], linspace: [1, 3], times: 2, plus: -1}",
           "float16",
           {0x3c00, 0x4200, 0x4500}},
      Form{"{shape: [2], pattern: alternating, value: 1, plus: 1}",
           "float16",
           {0x4000, 0}},
      Form{"{shape: [2], pattern: spike, value: 2, times: 2, plus: 1}",
           "float16",
           {0x4500, 0x3c00}},
      // Bits are exact numbers once arithmetic follows.
      Form{"{shape: [2], bits: [0x3c00, 0xfc00], times: -2}",
           "float16",
           {0xc000, 0x7c00}},
      // Inf and NaN pass through; of a factor only the sign matters, and Inf * 0 = NaN.
      Form{"{shape: [1], fill: inf, times: -1e-9, plus: 5}", "float16", {0xfc00}},
      Form{"{shape: [1], fill: -inf, times: 0}", "float16", {0x7e00}},
      Form{"{shape: [1], fill: nan, plus: 1}", "float16", {0x7e00}},
      // A zero that passes arithmetic is the real 0.
      Form{"{shape: [1], fill: -0.0, times: 1}", "float16", {0x0000}});
  CAPTURE(form.tensor, form.dtype);
  CHECK(x_bits(form.tensor, form.dtype) == form.bits);
}

struct Shaped {
  std::string tensor;
  Shape shape;
};

TEST_CASE("a tensor has the shape that its text shows") {
  const Shaped shaped =
      GENERATE(Shaped{"1", {}}, Shaped{"[1, 2]", {2}}, Shaped{"[[1], [2]]", {2, 1}},
               Shaped{"[[[1, 2], [3, 4], [5, 6]]]", {1, 3, 2}}, Shaped{"[]", {0}},
               Shaped{"[[], []]", {2, 0}}, Shaped{"{shape: [], fill: 1}", {}},
               Shaped{"{shape: [2, 0, 3], fill: 1}", {2, 0, 3}});
  CAPTURE(shaped.tensor);
  CHECK(only_test(tensor_file(shaped.tensor, "float32")).question.x().shape() ==
        shaped.shape);
}

TEST_CASE("a scalar parameter takes the shape that the operator needs") {
  const TestCase layer =
      only_test(case_file("attributes: {axes: [2, 0]}\n"
                          "  inputs: {x: {shape: [2, 3, 4], fill: 1}, gamma: 2, beta: "
                          "[[1, 2], [1, 2], [1, 2], "
                          "[1, 2]]}"));
  CHECK(layer.question.input("gamma")->shape() == Shape{4, 2});
  CHECK(bits_of(*layer.question.input("gamma")) == Bits(8, 0x40000000));

  const TestCase batch = only_test(
      case_file("op: batch_norm_inference\n"
                "  attributes: {layout: channels_last}\n"
                "  inputs: {variance: 1, mean: -1, x: {shape: [2, 3, 5], fill: 1}}"));
  CHECK(batch.question.input("variance")->shape() == Shape{5});
  CHECK(batch.question.input("mean")->shape() == Shape{5});
}

}  // namespace
}  // namespace truenorm
