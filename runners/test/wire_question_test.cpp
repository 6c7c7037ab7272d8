// SPDX-License-Identifier: Apache-2.0
// A question becomes a request, and only its own outputs are taken for an answer.
#include "runners/supervisor/wire_question.hpp"

#include <string>
#include <vector>

#include "oracle/test/catch.hpp"

namespace {

using namespace truenorm;
using Catch::Matchers::Contains;

Question any_question() {
  Tensors inputs;
  inputs.emplace("x",
                 make_tensor(bfloat16, {2, 3}, std::vector<double>{1, 2, 3, 4, 5, 6}));
  inputs.emplace("gamma", make_tensor(float32, {3}, std::vector<double>{1, 0, -1}));
  return {*find_operator("layer_norm"),
          Direction::forward,
          {{"eps", *parse_fraction("1/1000000")}},
          std::move(inputs)};
}

protocol::TensorBlob y_blob() {
  return {"bfloat16", {2, 3}, std::vector<std::byte>(12)};
}

}  // namespace

TEST_CASE("a request holds every attribute, resolved, and every input") {
  const auto request = make_request("an.id", any_question(), {"y", "mean"});
  CHECK(request.op == "layer_norm");
  CHECK(request.direction == "forward");
  CHECK(request.outputs == std::vector<std::string>{"y", "mean"});
  CHECK(request.attributes.at("eps") ==
        protocol::AttributeValue(protocol::Real{1e-6, "1/1000000"}));
  CHECK(request.attributes.at("axes") ==
        protocol::AttributeValue(std::vector<std::int64_t>{1}));
  CHECK(request.attributes.size() == find_operator("layer_norm")->attributes.size());
  CHECK(request.inputs.at("x").dtype == "bfloat16");
  CHECK(request.inputs.at("gamma").bytes.size() == 12);
  CHECK(protocol::decode_request(protocol::encode(request)) == request);
}

TEST_CASE("a real that is a binary64 has no exact value beside it") {
  Question question = any_question();
  const Question binary(question.op(), question.direction(), {{"eps", exact(1e-6)}},
                        question.inputs());
  const auto request = make_request("an.id", binary, {"y"});
  CHECK(request.attributes.at("eps") ==
        protocol::AttributeValue(protocol::Real{1e-6, ""}));
}

TEST_CASE("an id with other characters makes no request") {
  CHECK_THROWS_AS(make_request("a/b", any_question(), {"y"}), std::invalid_argument);
}

TEST_CASE("a statistic may come in x's dtype or float32") {
  const std::vector<std::string> asked{"y", "mean"};
  const auto expected = expected_outputs(any_question(), asked);
  const auto checked = [&](protocol::TensorBlob mean) {
    return checked_outputs({{"y", y_blob()}, {"mean", std::move(mean)}}, expected)
        .at("mean")
        .format()
        .name;
  };
  CHECK(checked({"float32", {2}, std::vector<std::byte>(8)}) == "float32");
  CHECK(checked({"bfloat16", {2}, std::vector<std::byte>(4)}) == "bfloat16");
  CHECK_THROWS_WITH(checked({"float64", {2}, std::vector<std::byte>(16)}),
                    Contains("output mean came as float64, not as "));
  CHECK_THROWS_WITH(checked({"float32", {2, 1}, std::vector<std::byte>(8)}),
                    Contains("output mean came with shape [2, 1], not [2]"));
}

TEST_CASE("a vjp's request holds dy, and each gradient comes in its input's dtype") {
  Tensors inputs = any_question().inputs();
  inputs.emplace("dy", make_tensor(bfloat16, {2, 3}, std::vector<double>(6, 1)));
  const Question question(*find_operator("layer_norm"), Direction::vjp, {},
                          std::move(inputs));
  const auto request = make_request("an.id", question, {"dx", "dgamma"});
  CHECK(request.direction == "vjp");
  CHECK(request.inputs.contains("dy"));
  CHECK(protocol::decode_request(protocol::encode(request)) == request);
  const std::vector<std::string> asked{"dx", "dgamma"};
  const auto expected = expected_outputs(question, asked);
  CHECK(expected.at("dx").formats == std::vector<Format>{bfloat16});
  CHECK(expected.at("dgamma").formats == std::vector<Format>{float32});
  CHECK(expected.at("dgamma").shape == Shape{3});
}

TEST_CASE("an axis and a p travel as an integer and a word") {
  const Question question(
      *find_operator("lp_normalize"), Direction::forward,
      {{"dim", std::int64_t{-2}}, {"p", std::string("inf")}},
      {{"x", make_tensor(float8_e5m2, {2, 1}, std::vector<double>{1, 2})}});
  const auto request = make_request("an.id", question, {"y"});
  CHECK(request.attributes.at("dim") == protocol::AttributeValue(std::int64_t{0}));
  CHECK(request.attributes.at("p") == protocol::AttributeValue(std::string("inf")));
  CHECK(protocol::decode_request(protocol::encode(request)) == request);
}

TEST_CASE("limits of an answer hold it and little more") {
  const std::vector<std::string> asked{"y"};
  const auto limits = answer_limits(expected_outputs(any_question(), asked));
  CHECK(limits.blob_bytes >= protocol::encode_blob({"{}", {{"y", y_blob()}}}).size());
  CHECK(limits.blob_bytes < 4'000'000);
}
