// SPDX-License-Identifier: Apache-2.0
// A runner with an odd handler behind the C++ SDK: handler_runner KIND.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "runners/sdk/cpp/runner.hpp"

namespace {

namespace sdk = truenorm::sdk;

sdk::Tensors echo(const sdk::Request& request) { return {{"y", *request.input("x")}}; }

sdk::Tensors print_to_stdout(const sdk::Request& request) {
  std::cout << "printed by C++\n";
  std::printf("printed by C\n");
  if (std::system("echo printed by a child") != 0) std::abort();
  return echo(request);
}

sdk::Tensors read_stdin(const sdk::Request& request) {
  std::string text;
  std::cin >> text;
  std::cout << "read " << text.size() << " bytes\n";
  return echo(request);
}

sdk::Tensors raise_an_exception(const sdk::Request& /*request*/) {
  throw std::runtime_error("the answer is \xFF not known");
}

sdk::Tensors throw_an_integer(const sdk::Request& /*request*/) { throw 42; }

sdk::Tensors report_a_failure(const sdk::Request& /*request*/) {
  throw sdk::Failure("CUDA error 700");
}

sdk::Tensors refuse(const sdk::Request& /*request*/) {
  throw sdk::Unsupported("no eps_mode outside");
}

sdk::Tensors give_more_than_asked(const sdk::Request& request) {
  return {{"y", *request.input("x")}, {"mean", *request.input("x")}};
}

sdk::Tensors give_wrong_bytes(const sdk::Request& /*request*/) {
  return {{"y", {"float32", {1000}, {}}}};
}

sdk::Tensors leave_the_output_out(const sdk::Request& /*request*/) { return {}; }

sdk::Tensors abort_at_once(const sdk::Request& /*request*/) { std::abort(); }

/// y = x, rounded.
sdk::Tensors round_to_the_dtype_of_gamma(const sdk::Request& request) {
  const sdk::Tensor& x = *request.input("x");
  const std::string& dtype = request.input("gamma")->dtype;
  return {{"y", sdk::from_doubles(dtype, x.shape, sdk::to_doubles(x))}};
}

/// Prints the attributes, as the accessors give them.
sdk::Tensors list_attributes(const sdk::Request& request) {
  std::cout << request.real("eps") << ' ' << request.exact_real("eps") << " [";
  for (const auto axis : request.axes("axes")) std::cout << axis;
  std::cout << "]\n"
            << (request.flag("round_normalized") ? "True" : "False") << ' '
            << request.choice("eps_mode") << '\n'
            << request.integer("gamma_offset") << std::endl;
  std::cout << request.real("momentum");
  return echo(request);
}

const std::map<std::string, sdk::Handler> handlers{
    {"echo", echo},
    {"print_to_stdout", print_to_stdout},
    {"read_stdin", read_stdin},
    {"raise_an_exception", raise_an_exception},
    {"throw_an_integer", throw_an_integer},
    {"report_a_failure", report_a_failure},
    {"refuse", refuse},
    {"give_more_than_asked", give_more_than_asked},
    {"give_wrong_bytes", give_wrong_bytes},
    {"leave_the_output_out", leave_the_output_out},
    {"abort_at_once", abort_at_once},
    {"round_to_the_dtype_of_gamma", round_to_the_dtype_of_gamma},
    {"list_attributes", list_attributes},
};

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2 || !handlers.contains(arguments[1])) return 2;
  sdk::Description description;
  description.name = "odd";
  description.version = "1";
  description.library = "none";
  description.library_version = "1";
  description.operators["layer_norm"] = {
      {"float8_e4m3fn", "float8_e5m2", "float16", "bfloat16", "float32", "float64"},
      {"forward"},
      {"y", "mean"}};
  return sdk::serve(description, handlers.at(arguments[1]));
}
