// SPDX-License-Identifier: Apache-2.0
// Hello, request and answer: what is written is read, and nothing else is.
#include "runners/protocol/message.hpp"

#include <limits>
#include <stdexcept>
#include <string>

#include "oracle/test/catch.hpp"

namespace {

using namespace truenorm::protocol;
using Catch::Matchers::Contains;

Hello any_hello() {
  return {"torch:compile",
          "1",
          "PyTorch",
          "2.1.0",
          "cpu",
          {{"layer_norm", {{"float32"}, {"forward", "vjp"}, {"y"}}}},
          4,
          "float32"};
}

Request any_request() {
  return {"a.yaml-1.float32.forward.0123456789abcdef",
          "layer_norm",
          "forward",
          {{"eps", Real{1e-6, "1/1000000"}},
           {"momentum", Real{-0.1, ""}},
           {"axes", std::vector<std::int64_t>{1, 2}},
           {"groups", std::int64_t{-3}},
           {"round_normalized", true},
           {"eps_mode", std::string("inside")}},
          {"y", "mean"},
          {{"x", {"float32", {1}, std::vector<std::byte>(4)}}}};
}

const std::string valid_hello =
    R"("name":"n","version":"1","library":"l","library_version":"2","device":"cpu",)"
    R"("operators":{"layer_norm":{"dtypes":["float32"],"directions":["forward"],)"
    R"("outputs":["y"]}})";

}  // namespace

TEST_CASE("messages hold what was put into them") {
  CHECK(decode_hello(encode(any_hello())) == any_hello());
  CHECK(decode_request(encode(any_request())) == any_request());
  const auto content = GENERATE(values<decltype(Answer::content)>(
      {TensorBlobs{{"y", {"float16", {1}, std::vector<std::byte>(2)}}}, TensorBlobs{},
       Unsupported{"not on Sundays"}, Error{"out of paper"}}));
  const Answer answer{"a.b-c_D", content};
  CHECK(decode_answer(encode(answer)) == answer);
}

TEST_CASE("a real attribute crosses as a hex float, with its exact value beside it") {
  const std::string json = encode_attributes(any_request().attributes);
  CHECK_THAT(json, Contains(R"("eps":"0x1.0c6f7a0b5ed8dp-20")"));
  CHECK_THAT(json, Contains(R"("eps_exact":"1/1000000")"));
  CHECK_THAT(json, !Contains("momentum_exact"));
}

TEST_CASE("every double crosses unchanged") {
  const double value = GENERATE(0.0, -0.0, 5e-324, 0x1.fffffffffffffp+1023, -1e-6);
  const auto back = decode_attributes(encode_attributes({{"eps", Real{value, ""}}}));
  CHECK(std::get<Real>(back.at("eps")).value == value);
}

TEST_CASE("attributes that no request holds are refused") {
  CHECK_THROWS_WITH(decode_attributes(R"({"eps":1e-5})"), Contains("attribute 'eps'"));
  CHECK_THROWS_WITH(decode_attributes(R"({"eps":null})"), Contains("attribute 'eps'"));
  CHECK_THROWS_WITH(decode_attributes(R"({"axes":[1.5]})"), Contains("'axes'"));
  CHECK_THROWS_WITH(decode_attributes(R"({"dim":18446744073709551615})"),
                    Contains("'dim'"));
  CHECK_THROWS_WITH(decode_attributes(R"({"eps":"0x1p-3","eps_exact":8})"),
                    Contains("'eps_exact' is no fraction"));
  CHECK_THROWS_WITH(decode_attributes("[]"), Contains("no JSON object"));
  CHECK_THROWS_AS(
      encode_attributes({{"eps", Real{std::numeric_limits<double>::infinity(), ""}}}),
      std::invalid_argument);
}

TEST_CASE("a hello that breaks a rule is refused, and says which") {
  const auto refused = [](const std::string& json) {
    try {
      (void)decode_hello({"{" + json + "}", {}});
    } catch (const ProtocolError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused(R"("protocol":1,)" + valid_hello) == "");
  CHECK_THAT(refused(R"("protocol":2,)" + valid_hello), Contains("speaks protocol 2"));
  CHECK_THAT(refused(R"("protocol":"1",)" + valid_hello), Contains("speaks protocol"));
  CHECK_THAT(refused(valid_hello), Contains("has no 'protocol'"));
  CHECK_THAT(refused(R"("protocol":1)"), Contains("has no 'name'"));
  CHECK_THAT(refused(R"("protocol":1,"operator":{},)" + valid_hello),
             Contains("unknown key 'operator'"));
  CHECK_THAT(refused(R"("protocol":1,"pipeline":0,)" + valid_hello),
             Contains("'pipeline' that is not 1 to"));
  CHECK_THAT(refused(R"("protocol":1,"attribute_dtype":"float8",)" + valid_hello),
             Contains("'attribute_dtype' that is not float32"));
  CHECK_THAT(refused(R"("protocol":1,"name":"two\nlines",)" + valid_hello),
             Contains("occurs twice"));
  const auto renamed = [&](const std::string& name) {
    return R"("protocol":1,"name":)" + name + valid_hello.substr(10);
  };
  CHECK_THAT(refused(renamed(R"("two\nlines")")), Contains("printable text"));
  CHECK_THAT(refused(renamed("\"\"")), Contains("printable text"));
  CHECK_THAT(refused(renamed("7")), Contains("printable text"));
  CHECK_THAT(refused(renamed("\"" + std::string(201, 'n') + "\"")),
             Contains("printable text"));
}

TEST_CASE("a hello brings no tensors") {
  Frame frame = encode(any_hello());
  frame.tensors["x"] = {"float32", {0}, {}};
  CHECK_THROWS_WITH(decode_hello(frame), Contains("brings tensors"));
}

TEST_CASE("an answer that breaks a rule is refused, and says which") {
  const auto decode = [](const std::string& json) { return decode_answer({json, {}}); };
  CHECK_THROWS_WITH(decode("{}"), Contains("has no 'id'"));
  CHECK_THROWS_WITH(decode(R"({"id":"a b"})"), Contains("has an id that"));
  CHECK_THROWS_WITH(decode(R"({"id":"a","error":"x","unsupported":"y"})"),
                    Contains("both"));
  CHECK_THROWS_WITH(decode(R"({"id":"a","error":7})"), Contains("no string"));
  CHECK_THROWS_WITH(decode(R"({"id":"a","y":[1]})"), Contains("unknown key 'y'"));
  CHECK_THROWS_WITH(decode("{oops"), Contains("no valid JSON"));
  CHECK_THROWS_WITH(decode("7"), Contains("no JSON object"));
  Frame both{R"({"id":"a","error":"x"})", {{"y", {"float32", {0}, {}}}}};
  CHECK_THROWS_WITH(decode_answer(both), Contains("brings tensors and refuses"));
}

TEST_CASE("an id is up to a hundred plain characters") {
  CHECK(is_id("layer_norm.yaml-1.float32.forward.0123456789abcdef"));
  CHECK(is_id(std::string(100, 'a')));
  CHECK_FALSE(is_id(std::string(101, 'a')));
  CHECK_FALSE(is_id(""));
  CHECK_FALSE(is_id("a/b"));
  CHECK_FALSE(is_id("a\n"));
}

TEST_CASE("a library's words in another encoding still make an answer") {
  const Frame frame = encode(Answer{"a", Error{"caf\xE9"}});
  CHECK(std::get<Error>(decode_answer(frame).content).what == "caf\xEF\xBF\xBD");
}
