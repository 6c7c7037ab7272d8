// SPDX-License-Identifier: Apache-2.0
// Frames: what is written is read, and nothing malformed is.
#include "runners/protocol/frame.hpp"

#include <cstring>
#include <random>
#include <string>

#include "oracle/test/catch.hpp"

namespace {

using namespace truenorm::protocol;
using Catch::Matchers::Contains;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

/// A blob with this header and data, right or wrong.
std::vector<std::byte> make_blob(std::string_view header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::vector<std::byte> blob(sizeof length);
  std::memcpy(blob.data(), &length, sizeof length);
  const auto text = bytes_of(header);
  blob.insert(blob.end(), text.begin(), text.end());
  blob.resize(blob.size() + data_bytes);
  return blob;
}

std::string refusal(const std::vector<std::byte>& blob,
                    const FrameLimits& limits = {}) {
  try {
    (void)decode_blob(blob, limits);
  } catch (const ProtocolError& error) {
    return error.what();
  }
  return "";
}

/// The refusal of a header whose only tensor is this, before `data_bytes` of data.
std::string refusal_of_tensor(const std::string& tensor, std::size_t data_bytes) {
  return refusal(make_blob(R"({"__metadata__":{"truenorm":"{}"},"x":)" + tensor + "}",
                           data_bytes));
}

Frame small_frame() {
  return {R"({"id":"a"})",
          {{"x", {"float32", {2}, std::vector<std::byte>(8)}},
           {"z", {"float16", {}, std::vector<std::byte>(2)}}}};
}

Frame random_frame(std::mt19937& random) {
  const std::vector<std::string> dtypes{"float64",  "float32",     "float16",
                                        "bfloat16", "float8_e5m2", "float8_e4m3fn"};
  Frame frame{"{\"about\":\"\\u00e9 \\\" " + std::to_string(random()) + "\"}", {}};
  for (auto count = random() % 6; count > 0; --count) {
    TensorBlob tensor{dtypes[random() % dtypes.size()], {}, {}};
    for (auto rank = random() % 4; rank > 0; --rank)
      tensor.shape.push_back(random() % 4);
    tensor.bytes.resize(*tensor_bytes(tensor.dtype, tensor.shape));
    for (std::byte& byte : tensor.bytes) byte = static_cast<std::byte>(random());
    frame.tensors.emplace("tensor \"" + std::to_string(random() % 100), tensor);
  }
  return frame;
}

}  // namespace

TEST_CASE("a blob holds what was put into it", "[property]") {
  const auto seed = GENERATE(take(200, random(1U, 1U << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const Frame frame = random_frame(random);
  CHECK(decode_blob(encode_blob(frame)) == frame);
}

TEST_CASE("a frame is a blob with its length before it") {
  const auto blob = encode_blob(small_frame());
  const auto frame = encode_frame(small_frame());
  CHECK(blob_length(frame) == blob.size());
  CHECK(std::vector(frame.begin() + length_bytes, frame.end()) == blob);
}

TEST_CASE("every tensor of a blob is aligned to its elements") {
  const auto blob =
      encode_blob({"{}",
                   {{"a", {"float8_e5m2", {3}, std::vector<std::byte>(3)}},
                    {"b", {"float64", {1}, std::vector<std::byte>(8)}},
                    {"c", {"float16", {1}, std::vector<std::byte>(2)}}}});
  const std::string text(reinterpret_cast<const char*>(blob.data()), blob.size());
  CHECK_THAT(text, Contains(R"("b":{"data_offsets":[0,8])"));
  CHECK_THAT(text, Contains(R"("c":{"data_offsets":[8,10])"));
  CHECK_THAT(text, Contains(R"("a":{"data_offsets":[10,13])"));
  CHECK((blob.size() - 13) % 8 == 0);
}

TEST_CASE("a blob cut anywhere is refused") {
  const auto whole = encode_blob(small_frame());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(!refusal({whole.begin(), whole.begin() + static_cast<long>(size)}).empty());
  }
}

TEST_CASE("a blob with any one byte changed is read or refused, never worse") {
  const auto whole = encode_blob(small_frame());
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (const int flip : {0x01, 0x10, 0x80, 0xFF}) {
      auto changed = whole;
      changed[position] ^= static_cast<std::byte>(flip);
      (void)refusal(changed);
    }
  }
  SUCCEED();
}

TEST_CASE("a blob with bytes after its tensors is refused") {
  auto blob = encode_blob(small_frame());
  blob.push_back(std::byte{0});
  CHECK_THAT(refusal(blob), Contains("the tensors end at byte 10 of 11"));
}

TEST_CASE("tensors must tile the data") {
  CHECK(refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 8) ==
        "");
  CHECK_THAT(
      refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})", 12),
      Contains("begin at byte 4"));
  CHECK_THAT(
      refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":)"
                        R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})",
                        12),
      Contains("the data of w begin at byte 4"));
  CHECK_THAT(
      refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":)"
                        R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})",
                        8),
      Contains("begin at byte 0"));
}

TEST_CASE("a tensor's bytes must fit its dtype and shape") {
  const std::string offsets = R"(,"data_offsets":[0,8]})";
  const auto shape_refusal = [&](const std::string& shape) {
    return refusal_of_tensor(R"({"dtype":"F32","shape":)" + shape + offsets, 8);
  };
  CHECK_THAT(shape_refusal("[3]"), Contains("do not fit float32 of shape [3]"));
  CHECK_THAT(shape_refusal("[-2]"), Contains("holds -2"));
  CHECK_THAT(shape_refusal("[2.0]"), Contains("holds 2.0"));
  CHECK_THAT(shape_refusal("2"), Contains("is no list"));
  CHECK_THAT(shape_refusal("[18446744073709551615]"), Contains("holds 1844"));
  CHECK_THAT(shape_refusal("[4294967296,4294967296,2]"), Contains("do not fit"));
  CHECK_THAT(refusal_of_tensor(R"({"dtype":"I32","shape":[2])" + offsets, 8),
             Contains("the dtype \"I32\", which is not ours"));
  CHECK_THAT(
      refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", 8),
      Contains("would be bytes 8 to 0"));
  CHECK_THAT(
      refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,16]})", 8),
      Contains("would be bytes 0 to 16 of 8"));
  CHECK_THAT(refusal_of_tensor(R"({"dtype":"F32","shape":[2]})", 8),
             Contains("must hold dtype, shape and data_offsets"));
}

TEST_CASE("a header is one strict JSON object of ours") {
  CHECK_THAT(refusal(make_blob("[]", 0)), Contains("does not begin with {"));
  CHECK_THAT(refusal(make_blob("{} {}", 0)), Contains("no valid JSON"));
  CHECK_THAT(refusal(make_blob("{}", 0)), Contains("__metadata__ must hold"));
  CHECK_THAT(refusal(make_blob(R"({"__metadata__":{"truenorm":{}}})", 0)),
             Contains("__metadata__ must hold"));
  CHECK_THAT(refusal(make_blob(R"({"__metadata__":{"truenorm":"","format":"pt"}})", 0)),
             Contains("__metadata__ must hold"));
  CHECK_THAT(
      refusal(make_blob(R"({"__metadata__":{"truenorm":"{}"},"__metadata__":{}})", 0)),
      Contains("the key '__metadata__' occurs twice"));
  CHECK_THAT(refusal(make_blob("{\"a\":" + std::string(100'000, '['), 0)),
             Contains("nested more than 8 deep"));
}

TEST_CASE("a blob beyond its limits is refused") {
  const auto blob = encode_blob(small_frame());
  CHECK_THAT(refusal(blob, {.blob_bytes = 100}), Contains("larger than allowed"));
  CHECK_THAT(refusal(blob, {.header_bytes = 100}), Contains("at most 100 are read"));
  CHECK_THAT(refusal(blob, {.tensors = 1}), Contains("too many tensors"));
  CHECK_THAT(refusal(blob, {.rank = 0}), Contains("has rank 1"));
}

TEST_CASE("a length beyond the limit is refused before anything is allocated") {
  const std::vector<std::byte> ones(length_bytes, std::byte{0xFF});
  CHECK_THROWS_WITH(blob_length(ones),
                    Contains("a frame of 18446744073709551615 bytes is announced"));
  const std::vector<std::byte> zeros(length_bytes);
  CHECK_THROWS_WITH(blob_length(zeros), Contains("cannot hold a safetensors blob"));
}

TEST_CASE("a tensor that is not what it says is not written") {
  CHECK_THROWS_AS(encode_blob({"{}", {{"x", {"float32", {2}, {}}}}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(encode_blob({"{}", {{"x", {"float128", {0}, {}}}}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(encode_blob({"\xFF", {}}), std::invalid_argument);
}
