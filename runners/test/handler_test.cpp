// SPDX-License-Identifier: Apache-2.0
// Both SDKs serve odd handlers alike.
#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "oracle/rational.hpp"
#include "oracle/test/catch.hpp"
#include "runners/supervisor/supervisor.hpp"
#include "runners/test/runner_under_test.hpp"

namespace {

using namespace truenorm;
using namespace truenorm::test;
using Catch::Matchers::Contains;

enum class Sdk { cpp, python };

RunnerUnderTest runner_with(Sdk sdk, std::string_view kind) {
  return sdk == Sdk::cpp ? RunnerUnderTest::with_cpp_handler(kind)
                         : RunnerUnderTest::with_python_handler(kind);
}

/// The reply of a fresh runner, having checked that it answers a second time.
Reply reply_of(Sdk sdk, std::string_view kind) {
  const auto runner = runner_with(sdk, kind);
  Supervisor supervisor(runner.command(), short_limits());
  Reply reply = ask(supervisor, "one");
  CHECK(ask(supervisor, "two").outcome.index() == reply.outcome.index());
  CHECK(supervisor.restarts() == 0);
  return reply;
}

Tensor rounded_by(Supervisor& supervisor, const Tensor& x, const Format& format) {
  protocol::Request request = request_for_y("round", x);
  request.inputs["gamma"] = {std::string(format.name), {0}, {}};
  const ExpectedOutputs expected{{"y", {x.shape(), {format}}}};
  Reply reply = supervisor.ask(request, expected);
  REQUIRE(std::holds_alternative<Answered>(reply.outcome));
  return std::get<Answered>(reply.outcome).outputs.at("y");
}

/// Numbers near and on the ties of the format, and any others.
std::vector<double> awkward_values(const Format& format, std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<double> values{0.0, -0.0, INFINITY, -INFINITY, 5e-324, 1.7e308};
  while (values.size() < count) {
    const auto odd = 2 * (random() % (std::uint64_t{1} << format.precision_bits)) + 1;
    const int exponent =
        format.emin - 2 * format.precision_bits + static_cast<int>(random() % 60);
    const double tie = std::ldexp(static_cast<double>(odd), exponent);
    values.insert(values.end(), {tie, -std::nextafter(tie, 0.0), tie * 0x1p15});
    const auto any = std::bit_cast<double>(random());
    if (!std::isnan(any)) values.push_back(any);
  }
  return values;
}

}  // namespace

TEST_CASE("whatever a handler prints to stdout lands in the log", "[meta]") {
  const Sdk sdk = GENERATE(Sdk::cpp, Sdk::python);
  const Reply reply = reply_of(sdk, "print_to_stdout");
  CHECK(echoes(reply));
  CHECK_THAT(reply.log, Contains("printed by C\n") && Contains("printed by a child\n"));
  CHECK_THAT(reply.log, Contains(sdk == Sdk::cpp ? "printed by C++" : "by Python"));
}

TEST_CASE("a handler that reads stdin finds it empty", "[meta]") {
  const Reply reply = reply_of(GENERATE(Sdk::cpp, Sdk::python), "read_stdin");
  CHECK(echoes(reply));
  CHECK(reply.log == "read 0 bytes\n");
}

TEST_CASE("what a handler throws becomes its answer", "[meta]") {
  const Sdk sdk = GENERATE(Sdk::cpp, Sdk::python);
  const auto outcome = [&](const char* kind) { return reply_of(sdk, kind).outcome; };
  CHECK_THAT(std::get<RunnerError>(outcome("raise_an_exception")).what,
             Contains("the answer is ") && Contains(" not known"));
  CHECK(std::get<RunnerError>(outcome("report_a_failure")).what == "CUDA error 700");
  CHECK(std::get<Unsupported>(outcome("refuse")).why == "no eps_mode outside");
  CHECK_THAT(std::get<RunnerError>(outcome("give_wrong_bytes")).what,
             Contains("output y has "));
}

TEST_CASE("an integer thrown in C++ is an error like another", "[meta]") {
  const Reply reply = reply_of(Sdk::cpp, "throw_an_integer");
  CHECK_THAT(std::get<RunnerError>(reply.outcome).what, Contains("no std::exception"));
}

TEST_CASE("Python's traceback is in the log", "[meta]") {
  CHECK_THAT(reply_of(Sdk::python, "raise_an_exception").log,
             Contains("in raise_an_exception"));
}

TEST_CASE("outputs that were not asked for are not sent") {
  CHECK(echoes(reply_of(GENERATE(Sdk::cpp, Sdk::python), "give_more_than_asked")));
}

TEST_CASE("outputs may be left out") {
  const Reply reply = reply_of(GENERATE(Sdk::cpp, Sdk::python), "leave_the_output_out");
  CHECK(std::get<Answered>(reply.outcome).outputs.empty());
}

TEST_CASE("a request's attributes reach the handler, and a missing one is an error") {
  const Sdk sdk = GENERATE(Sdk::cpp, Sdk::python);
  const auto runner = runner_with(sdk, "list_attributes");
  Supervisor supervisor(runner.command(), short_limits());
  const Tensor x = small_x();
  protocol::Request request = request_for_y("attributes", x);
  request.attributes = {{"eps", protocol::Real{0x1p-20, "1/1048577"}},
                        {"axes", std::vector<std::int64_t>{0}},
                        {"round_normalized", true},
                        {"eps_mode", std::string("outside")},
                        {"gamma_offset", std::int64_t{1}}};
  const Reply reply = supervisor.ask(request, expected_like(x));
  CHECK_THAT(reply.log, Contains("e-07 1/1048577 [0]\nTrue outside\n"));
  CHECK_THAT(std::get<RunnerError>(reply.outcome).what, Contains("'momentum'"));
}

TEST_CASE("both SDKs round to nearest, ties to even", "[twin]") {
  const Sdk sdk = GENERATE(Sdk::cpp, Sdk::python);
  const Format format =
      GENERATE(float16, bfloat16, float32, float8_e5m2, float8_e4m3fn);
  CAPTURE(format.name);
  const auto runner = runner_with(sdk, "round_to_the_dtype_of_gamma");
  Supervisor supervisor(runner.command(), short_limits());
  const std::vector<double> values = awkward_values(format, 3000);
  const Tensor x =
      make_tensor(float64, {static_cast<std::int64_t>(values.size())}, values);
  const Tensor expected = make_tensor(format, x.shape(), values);
  const Tensor y = rounded_by(supervisor, x, format);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    CAPTURE(x[i]);
    // Of the NaN that an overflow becomes, the oracle keeps no sign.
    const bool both_overflow = std::isnan(y[i]) && std::isnan(expected[i]);
    REQUIRE((both_overflow || y.bits(i) == expected.bits(i)));
  }
}

TEST_CASE("both SDKs read every number of 16 and 8 bits", "[twin]") {
  const Sdk sdk = GENERATE(Sdk::cpp, Sdk::python);
  const Format format = GENERATE(float16, bfloat16, float8_e5m2, float8_e4m3fn);
  Tensor x(format, {std::int64_t{1} << format.storage_bits});
  for (std::int64_t bits = 0; bits < x.size(); ++bits) {
    x.set_bits(bits, static_cast<std::uint64_t>(bits));
  }
  const auto runner = runner_with(sdk, "round_to_the_dtype_of_gamma");
  Supervisor supervisor(runner.command(), short_limits());
  const Tensor y = rounded_by(supervisor, x, float64);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const bool is_right =
        std::isnan(x[i]) ? std::isnan(y[i])
                         : x[i] == y[i] && std::signbit(x[i]) == std::signbit(y[i]);
    if (!is_right) ++wrong;
  }
  CHECK(wrong == 0);
}
