// SPDX-License-Identifier: Apache-2.0
// Files from strangers, good and bad.
#include "runners/program/captured_answer.hpp"

#include <filesystem>
#include <vector>

#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"
#include "runners/program/usage_error.hpp"
#include "runners/protocol/message.hpp"
#include "runners/supervisor/wire_question.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

/// A request and an answer to it, as they are and as files.
struct Exchange {
  Exchange() : request(make_request("an.id", question(), {"y", "rstd"})) {
    const Tensor y = make_tensor(bfloat16, {2, 3}, std::vector<double>(6, 1.5));
    answer.id = "an.id";
    answer.content = protocol::TensorBlobs{
        {"y", {"bfloat16", {2, 3}, {y.bytes().begin(), y.bytes().end()}}}};
  }

  static Question question() {
    const std::vector<double> x{1, 2, 3, 4, 5, 7};
    return {*find_operator("rms_norm"),
            Direction::forward,
            {{"eps", Rational(1, 1'000'000)}},
            {{"x", make_tensor(bfloat16, {2, 3}, x)},
             {"gamma", make_tensor(float32, {3}, std::vector<double>{1, 0, -1})}}};
  }

  [[nodiscard]] CapturedAnswer read() const {
    write("request", protocol::encode_blob(protocol::encode(request)));
    write("answer", protocol::encode_blob(protocol::encode(answer)));
    return read_files();
  }

  [[nodiscard]] CapturedAnswer read_files() const {
    return read_captured_answer(tree.path("request"), tree.path("answer"),
                                ZeroScaleGradient::zero);
  }

  void write(const std::string& name, const std::vector<std::byte>& bytes) const {
    tree.write(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  [[nodiscard]] std::string refusal() const {
    try {
      static_cast<void>(read());
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  Tree tree;
  protocol::Request request;
  protocol::Answer answer;
};

}  // namespace

TEST_CASE("a request and its answer are read as they were written") {
  const Exchange exchange;
  const CapturedAnswer captured = exchange.read();
  CHECK(captured.id == "an.id");
  CHECK(captured.question.op().name == "rms_norm");
  CHECK(captured.question.attributes() == Exchange::question().attributes());
  CHECK(captured.question.zero_scale_gradient() == ZeroScaleGradient::zero);
  CHECK(captured.question.x()[5] == 7);
  CHECK(captured.question.input("gamma")->format() == float32);
  REQUIRE(captured.outputs.size() == 1);
  CHECK(captured.outputs.at("y")[0] == 1.5);
}

TEST_CASE("a faulty request or answer is refused, with the file's name") {
  Exchange exchange;
  const std::string name = GENERATE("op", "direction", "attribute", "missing attribute",
                                    "fraction", "other fraction", "shape", "output",
                                    "id", "answer's shape", "unsupported", "error");
  std::string file = "request: ";
  std::string why;
  if (name == "op") {
    exchange.request.op = "layernorm";
    why = "unknown operator layernorm";
  } else if (name == "direction") {
    exchange.request.direction = "backward";
    why = "unknown direction backward";
  } else if (name == "attribute") {
    exchange.request.attributes.emplace("epsilon", protocol::Real{1, ""});
    why = "epsilon: unknown attribute";
  } else if (name == "missing attribute") {
    exchange.request.attributes.erase("eps_mode");
    why = "the request has no attribute eps_mode";
  } else if (name == "fraction") {
    exchange.request.attributes.at("eps") = protocol::Real{1, "one"};
    why = "eps_exact is no fraction";
  } else if (name == "other fraction") {
    exchange.request.attributes.at("eps") = protocol::Real{1, "1/3"};
    why = "eps is not eps_exact rounded";
  } else if (name == "shape") {
    exchange.request.inputs.at("gamma") = {"float32", {2}, std::vector<std::byte>(8)};
    why = "gamma: has shape [2]";
  } else if (name == "output") {
    exchange.request.outputs = {"z"};
    why = "z: unknown output";
  } else if (name == "id") {
    exchange.answer.id = "another";
    file = "answer: ";
    why = "it answers another, not an.id";
  } else if (name == "answer's shape") {
    exchange.answer.content =
        protocol::TensorBlobs{{"y", {"bfloat16", {3}, std::vector<std::byte>(6)}}};
    file = "answer: ";
    why = "shape [3], not [2, 3]";
  } else if (name == "unsupported") {
    exchange.answer.content = protocol::Unsupported{"not\nme"};
    file = "answer: ";
    why = "'unsupported': not me";
  } else {
    exchange.answer.content = protocol::Error{"out of luck"};
    file = "answer: ";
    why = "an error: out of luck";
  }
  CAPTURE(name);
  CHECK_THAT(exchange.refusal(), Contains(file) && Contains(why));
}

TEST_CASE("what is no frame, or no file, is refused") {
  const Exchange exchange;
  CHECK_THROWS_WITH(exchange.read_files(), Contains("request: there is no such file"));
  static_cast<void>(exchange.read());
  exchange.write("answer", std::vector<std::byte>(100, std::byte{7}));
  CHECK_THROWS_AS(exchange.read_files(), UsageError);
  exchange.write("answer", {});
  CHECK_THROWS_AS(exchange.read_files(), UsageError);
  fs::remove(exchange.tree.path("answer"));
  fs::create_directory(exchange.tree.path("answer"));
  CHECK_THROWS_WITH(exchange.read_files(), Contains("answer: there is no such file"));
}

}  // namespace truenorm
