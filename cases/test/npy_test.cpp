// SPDX-License-Identifier: Apache-2.0
// The header of .npy files: its grammar, and what is not of it.
#include "cases/npy.hpp"

#include <string>

#include "cases/test/tensor_bytes.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

NpyHeader parse(const std::string& file) {
  return parse_npy_header(std::as_bytes(std::span(file)));
}

std::string refusal(const std::string& file) {
  try {
    static_cast<void>(parse(file));
  } catch (const NpyError& error) {
    return error.what();
  }
  return "";
}

std::string refusal_of_header(const std::string& text) {
  return refusal(npy_of_header(text, ""));
}

TEST_CASE("a header of each version is read, in any order of its keys") {
  const int version = GENERATE(1, 2, 3);
  const std::string text = GENERATE(
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
      "{\"shape\":(2,3,),\"descr\":\"<f4\",\"fortran_order\":True}",
      "  { 'fortran_order' : True , 'shape' : ( 2 , 3 ) , 'descr' : '<f4' , }");
  const std::string file = npy_of_header(text, "", version);
  const NpyHeader header = parse(file);
  CHECK(header.format == float32);
  CHECK(header.order == ElementOrder::column_major);
  CHECK(header.shape == Shape{2, 3});
  CHECK(header.data_offset == file.size());
}

TEST_CASE("a shape is a tuple of dimensions") {
  CHECK(parse(npy_file("<f8", "()", "")).shape.empty());
  CHECK(parse(npy_file("<f8", "(7,)", "")).shape == Shape{7});
  CHECK(parse(npy_file("<f8", "(0, 5)", "")).shape == Shape{0, 5});
  CHECK(parse(npy_file("<f8", "(9223372036854775807,)", "")).shape ==
        Shape{9223372036854775807});
}

struct Malformed {
  std::string header;
  std::string refusal;
};

TEST_CASE("a header that is no such dict is refused with the place") {
  const auto malformed = GENERATE(values<Malformed>({
      {"", "its header is wrong at byte 53, where { is expected"},
      {"garbage", "its header is wrong at byte 0, where { is expected"},
      {"{", "its header is wrong at byte 53, where a key in quotes is expected"},
      {"{}", "its header must hold descr, fortran_order and shape"},
      {"{'descr': '<f4', 'shape': (1,)}",
       "its header must hold descr, fortran_order and shape"},
      {"{'descr' '<f4'}", "its header is wrong at byte 9, where : is expected"},
      {"{'descr': '<f4' 'shape': (1,)}",
       "its header is wrong at byte 16, where } is expected"},
      {"{'descr': '<f4', 'descr': '<f8'}", "its header has the key 'descr' twice"},
      {"{'shape': (1,), 'shape': (1,)}", "its header has the key 'shape' twice"},
      {"{'color': 1}", "its header has the unknown key 'color'"},
      {"{'descr': <f4}",
       "its header is wrong at byte 10, where a dtype in quotes is expected"},
      {"{'descr': '<f4}",
       "its header is wrong at byte 10, where a dtype in quotes is expected"},
      {"{'descr': '\\x3cf4'}",
       "its header is wrong at byte 10, where plain text is expected"},
      {"{'descr': [('a', '<f4')]}", "it is a structured array, not one of floats"},
      {"{'fortran_order': 0}",
       "its header is wrong at byte 18, where True or False is expected"},
      {"{'shape': 3}", "its header is wrong at byte 10, where ( is expected"},
      {"{'shape': (3)}", "its header is wrong at byte 12, where a comma is expected"},
      {"{'shape': (3 4)}", "its header is wrong at byte 13, where a comma is expected"},
      {"{'shape': (3, 4 5)}",
       "its header is wrong at byte 16, where a comma is expected"},
      {"{'shape': (,)}",
       "its header is wrong at byte 11, where a dimension is expected"},
      {"{'shape': (-1,)}",
       "its header is wrong at byte 11, where a dimension is expected"},
      {"{'shape': (3L,)}", "its header is wrong at byte 12, where a comma is expected"},
      {"{'shape': (9223372036854775808,)}", "a dimension in its header is beyond 2^63"},
      {"{'shape': (2, 3", "its header is wrong at byte 53, where a comma is expected"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} or 1",
       "its header is wrong at byte 54, where its end is expected"},
  }));
  CAPTURE(malformed.header);
  CHECK(refusal_of_header(malformed.header) == malformed.refusal);
}

TEST_CASE("only little-endian floats are read") {
  CHECK(parse(npy_file("<f2", "()", "")).format == float16);
  for (const std::string descr : {">f2", ">f4", ">f8"}) {
    CHECK(refusal(npy_file(descr, "()", "")) ==
          "its dtype '" + descr + "' is big-endian; only little-endian is read");
  }
  for (const std::string descr :
       {"<i8", "|V2", "<c8", "<f16", "f4", "=f4", "|b1", ""}) {
    CHECK(refusal(npy_file(descr, "()", "")) ==
          "its dtype '" + descr +
              "' is none of '<f2', '<f4' and '<f8'; bfloat16 and float8 stand in "
              ".safetensors");
  }
}

TEST_CASE("the bytes before a header are checked") {
  const std::string good = npy_file("<f4", "()", "");
  CHECK(refusal("") == "it does not begin as an .npy file does");
  CHECK(refusal("PK\x03\x04") == "it does not begin as an .npy file does");
  CHECK(refusal(good.substr(0, 7)) == "it ends within its version");
  CHECK(refusal(good.substr(0, 9)) == "it ends within the length of its header");
  CHECK(refusal(good.substr(0, 20)) == "it ends within its header");
  std::string changed = good;
  changed[6] = 4;
  CHECK(refusal(changed) == "its version is 4.0, where 1.0, 2.0 and 3.0 are read");
  changed[6] = '\xff';
  CHECK(refusal(changed) == "its version is 255.0, where 1.0, 2.0 and 3.0 are read");
  changed[6] = 1;
  changed[7] = 1;
  CHECK(refusal(changed) == "its version is 1.1, where 1.0, 2.0 and 3.0 are read");
  changed = good;
  changed.back() = ' ';
  CHECK(refusal(changed) == "its header does not end with a line feed");
}

TEST_CASE("a long header is refused before it is looked for") {
  const std::string preamble = "\x93NUMPY\x02" + std::string(1, '\0');
  CHECK(refusal(preamble + "\xff\xff\xff\xff") ==
        "its header has 4294967295 bytes, at most 65536 are read");
}

}  // namespace
}  // namespace truenorm
