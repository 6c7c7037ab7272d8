// SPDX-License-Identifier: Apache-2.0
// What is written reads back as the same bits.
#include "cases/case_text.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    longest = std::max(longest, line.size());
  }
  return longest;
}

/// The elements as they come back through a case of layer_norm.
std::vector<std::uint64_t> read_bits(const Tensor& tensor) {
  return x_bits(tensor_text(tensor, "x", 7), std::string(tensor.format().name));
}

}  // namespace

TEST_CASE("every number of a small format is written so that it reads back") {
  for (const Format& format : {float8_e4m3fn, float8_e5m2, float16, bfloat16}) {
    CAPTURE(format.name);
    // No more than all of them: 2^16.
    Tensor tensor(format, {std::int64_t{1} << format.storage_bits});
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
      const double value = decode(format, static_cast<std::uint64_t>(i));
      // A NaN has one spelling, so all of them become one.
      tensor.set(i, value);
    }
    CHECK(read_bits(tensor) == bits_of(tensor));
  }
}

TEST_CASE("numbers are written with no more digits than they need") {
  CHECK(number_text(float32, static_cast<double>(0.1F)) == "0.1");
  CHECK(number_text(float64, 0.1) == "0.1");
  CHECK(number_text(float16, 0.0999755859375) == "0.1");
  CHECK(number_text(bfloat16, 3.140625) == "3.14");
  CHECK(number_text(float32, 16777216) == "16777216");
  CHECK(number_text(float32, -0.0) == "-0");
  CHECK(number_text(float64, -infinity) == "-inf");
  CHECK(number_text(float64, std::copysign(std::nan(""), -1)) == "nan");
}

TEST_CASE("numbers at the ends of the large formats read back") {
  for (const Format& format : {float32, float64}) {
    const std::vector<double> values{largest_finite(format),
                                     -largest_finite(format),
                                     smallest_normal(format),
                                     smallest_subnormal(format),
                                     next_up(format, 1),
                                     next_down(format, 1),
                                     -3 * smallest_subnormal(format),
                                     0.0,
                                     -0.0,
                                     infinity,
                                     -infinity};
    const Tensor tensor =
        make_tensor(format, {static_cast<std::int64_t>(values.size())}, values);
    CHECK(read_bits(tensor) == bits_of(tensor));
  }
}

TEST_CASE("a long row is broken into lines") {
  Tensor tensor(float64, {2, 3, 100});
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    tensor.set(i, std::sin(static_cast<double>(i)));
  }
  const std::string text = tensor_text(tensor, "x", 7);
  CHECK(longest_line(std::string(7, ' ') + text) <= widest_line);
  CHECK(longest_line(text) > widest_line - 24);
  CHECK(text.find(" \n") == std::string::npos);
  CHECK(read_bits(tensor) == bits_of(tensor));
  CHECK(only_test(tensor_file(text, "float64")).question.x().shape() ==
        Shape{2, 3, 100});
}

TEST_CASE("tensors of one value, of none and of rank 0 are short") {
  const std::vector<double> twos{2, 2, 2, 2};
  CHECK(tensor_text(make_tensor(float32, {2, 2}, twos), "x", 7) ==
        "{shape: [2, 2], fill: 2}");
  CHECK(tensor_text(make_tensor(float32, {4}, twos), "gamma", 11) == "2");
  CHECK(tensor_text(Tensor(float32, {0, 3}), "x", 7) == "{shape: [0, 3], fill: 0}");
  CHECK(tensor_text(Tensor(float32, {}), "x", 7) == "0");
  CHECK(tensor_text(Tensor(float32, {1, 1}), "x", 7) == "[[0]]");
  const std::vector<double> few{1, -2.5, 0.25};
  CHECK(tensor_text(make_tensor(float32, {3, 1}, few), "x", 7) ==
        "[[1], [-2.5], [0.25]]");
  CHECK(tensor_text(make_tensor(float32, {1, 3}, few), "x", 7) == "[[1, -2.5, 0.25]]");
}

TEST_CASE("attributes are written as they are meant") {
  CHECK(attribute_text(exact(1e-5)) == "1e-05");
  CHECK(attribute_text(Rational(1, 1'000'000)) == "\"1/1000000\"");
  CHECK(attribute_text(std::vector<std::int64_t>{1, -2}) == "[1, -2]");
  CHECK(attribute_text(true) == "true");
  CHECK(attribute_text(std::int64_t{4}) == "4");
  CHECK(attribute_text(std::string("floor")) == "floor");
  const Rational epsilon(1, 1'000'000);
  const TestCase test = only_test(
      case_file("about: a\n  attributes: {eps: " + attribute_text(epsilon) + "}"));
  CHECK(test.question.real("eps") == epsilon);
}

TEST_CASE("any text is a string again") {
  for (const std::string text : {"Plain words, nothing else.",
                                 "one",
                                 "true",
                                 "12 eggs",
                                 "a: b",
                                 "a # b",
                                 "- a",
                                 "ends in a colon:",
                                 "\"quoted\" and 'so'",
                                 "back\\slash",
                                 "two\nlines\tand more",
                                 "\xC3\xA4 \xE2\x80\x93 \xF0\x9F\x99\x82",
                                 " space first",
                                 "space last ",
                                 "[a, b]",
                                 "{a: b}",
                                 "",
                                 "% &x *y !z |",
                                 "nan or so",
                                 "\x01\x7f bell"}) {
    CAPTURE(text);
    CHECK(only_test(case_file("about: " + text_scalar(text))).about == text);
  }
  CHECK(text_scalar("Plain words, nothing else.") == "Plain words, nothing else.");
}

TEST_CASE("a comment has as many lines as it needs") {
  CHECK(comment_text("One line.") == "# One line.\n");
  const std::string text = comment_text(
      std::string(30, 'a') + ' ' + std::string(40, 'b') + ' ' + std::string(40, 'c'));
  CHECK(text == "# " + std::string(30, 'a') + ' ' + std::string(40, 'b') + "\n# " +
                    std::string(40, 'c') + '\n');
}

}  // namespace truenorm
