// SPDX-License-Identifier: Apache-2.0
// Fuzzes what comes out of a runner: a frame, and the message in it. What can be read must
// be the same when it is written and read again.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "runners/protocol/message.hpp"

namespace {

using namespace truenorm::protocol;

template <typename Decode>
void check_message(const Frame& frame, const Decode& decode) {
  try {
    const auto message = decode(frame);
    if (!(decode(decode_blob(encode_blob(encode(message)))) == message)) std::abort();
  } catch (const ProtocolError&) {
    // A refusal with a reason is a right answer to a wrong message.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    const std::uint64_t announced = blob_length(bytes);
    bytes = bytes.subspan(length_bytes);
    if (announced < bytes.size()) bytes = bytes.first(announced);
    const Frame frame = decode_blob(bytes);
    if (!(decode_blob(encode_blob(frame)) == frame)) std::abort();
    check_message(frame, [](const Frame& f) { return decode_hello(f); });
    check_message(frame, [](const Frame& f) { return decode_answer(f); });
    check_message(frame, [](const Frame& f) { return decode_request(f); });
  } catch (const ProtocolError&) {
    // As above.
  }
  return 0;
}
