// SPDX-License-Identifier: Apache-2.0
// Tensors from files: exactly the bits in them, or what is wrong with them.
#include <fmt/format.h>

#include <filesystem>

#include "cases/test/printed_numbers.hpp"
#include "cases/test/reading.hpp"
#include "cases/test/tensor_bytes.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

using Bits = std::vector<std::uint64_t>;

/// What the reader says of a case of those dtypes whose x is the tensor.
Reading read_in(const Tree& tree, const std::string& tensor,
                const std::string& dtypes = "float32") {
  return read_cases(tensor_file(tensor, dtypes), "f.yaml", "f.yaml",
                    {.folder = tree.root()});
}

std::string complaint(const Tree& tree, const std::string& tensor,
                      const std::string& dtypes = "float32") {
  return complaints(read_in(tree, tensor, dtypes));
}

Tensor x_in(const Tree& tree, const std::string& tensor, const std::string& dtype) {
  const Reading reading = read_in(tree, tensor, dtype);
  INFO(complaints(reading));
  REQUIRE(reading.tests.size() == 1);
  return reading.tests.front().question.x();
}

Bits bits_in(const Tree& tree, const std::string& tensor, const std::string& dtype) {
  return bits_of(x_in(tree, tensor, dtype));
}

/// The complaint about a case whose x is the only file, t.npy or t.safetensors.
std::string complaint_of(const std::string& name, const std::string& content) {
  const Tree tree;
  tree.write(name, content);
  return complaint(tree, "{file: " + name + "}");
}

std::string of_npy(const std::string& content) {
  return complaint_of("t.npy", content);
}

std::string of_safetensors(const std::string& header, std::size_t data_bytes) {
  return complaint_of("t.safetensors",
                      safetensors_file(header, std::string(data_bytes, '\0')));
}

TEST_CASE("the elements of an .npy file are exactly its bits") {
  const Tree tree;
  const Bits half{0x7e01, 0x7c01, 0xffff, 0x8000, 0x0001, 0x3c00};
  tree.write("a.npy", npy_file("<f2", "(2, 3)", little_endian(half, 2)));
  CHECK(bits_in(tree, "{file: a.npy}", "float16") == half);
  const Bits single{0x7f800001, 0xffc00000, 0x80000000, 1, 0xff800000, 0x3f800000};
  tree.write("b.npy", npy_file("<f4", "(6,)", little_endian(single, 4)));
  CHECK(bits_in(tree, "{file: b.npy}", "float32") == single);
  const Bits twice{0x7ff0000000000001, 0xffffffffffffffff, 0x8000000000000000};
  tree.write("c.npy", npy_file("<f8", "(3,)", little_endian(twice, 8)));
  CHECK(bits_in(tree, "{file: c.npy}", "float64") == twice);
}

TEST_CASE("a column-major file gives the same tensor as its row-major twin") {
  const Tree tree;
  // 10 i + j at [i, j, 0], one more at [i, j, 1].
  tree.write(
      "f.npy",
      npy_file("<f2", "(2, 3, 2)",
               little_endian({0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121}, 2),
               "True"));
  const Tensor x = x_in(tree, "{file: f.npy}", "float16");
  CHECK(x.shape() == Shape{2, 3, 2});
  CHECK(bits_of(x) == Bits{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121});
}

TEST_CASE("a file of several pieces of 64 KiB is read to its end") {
  const std::string order = GENERATE("False", "True");
  Bits bits(3 * 8192 + 5);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i;
  const Tree tree;
  tree.write("a.npy", npy_file("<f8", fmt::format("(1, {})", bits.size()),
                               little_endian(bits, 8), order));
  CHECK(bits_in(tree, "{file: a.npy}", "float64") == bits);
}

TEST_CASE("numpy's files are read as numpy means them") {
  const std::string file = GENERATE("t.npy", "t.safetensors");
  const std::string dtype = GENERATE("f2", "f4", "f8");
  const std::string order = GENERATE("C", "F");
  const int version = GENERATE(1, 3);
  // More than one piece of what is read at once, in the widest dtype.
  const std::string shape = GENERATE("24", "2x3x4", "3x1x3001");
  CAPTURE(file, dtype, order, version, shape);
  const Tree tree;
  const PrintedNumbers written =
      printed_by(fmt::format("python3 {} {} {} {} {} {}", TRUENORM_NUMPY_FILES,
                             tree.path(file), dtype, order, version, shape));
  if (written.status == 77) {
    WARN("numpy is not installed: its files are not tried");
    return;
  }
  REQUIRE(written.status == 0);
  REQUIRE(written.numbers.size() >= 24);
  const std::string name = dtype == "f2"   ? "float16"
                           : dtype == "f4" ? "float32"
                                           : "float64";
  CHECK(bits_in(tree, "{file: " + file + "}", name) == written.numbers);
}

struct Stored {
  std::string written;
  std::string dtype;
  int width;
};

TEST_CASE("a .safetensors file holds every dtype") {
  const auto stored = GENERATE(values<Stored>({{"F64", "float64", 8},
                                               {"F32", "float32", 4},
                                               {"F16", "float16", 2},
                                               {"BF16", "bfloat16", 2},
                                               {"F8_E5M2", "float8_e5m2", 1},
                                               {"F8_E4M3", "float8_e4m3fn", 1}}));
  CAPTURE(stored.dtype);
  const Bits bits{0x7f, 0x80, 0xff, 0x01};
  const Tree tree;
  tree.write(
      "w.safetensors",
      safetensors_file(
          fmt::format(R"({{"w":{{"dtype":"{}","shape":[4],"data_offsets":[0,{}]}}}})",
                      stored.written, 4 * stored.width),
          little_endian(bits, stored.width)));
  CHECK(bits_in(tree, "{file: w.safetensors}", stored.dtype) == bits);
  CHECK(bits_in(tree, "{file: w.safetensors, tensor: w}", stored.dtype) == bits);
}

/// Two float16 tensors of two elements, an integer beside them, and metadata.
std::string checkpoint() {
  return safetensors_file(
      R"({"__metadata__":{"format":"pt"},)"
      R"("norm.weight":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},)"
      R"("norm.bias":{"dtype":"F16","shape":[2],"data_offsets":[12,16]},)"
      R"("norm.batches":{"dtype":"I64","shape":[],"data_offsets":[0,8]}} )",
      little_endian({7}, 8) + little_endian({1, 2, 3, 4}, 2));
}

TEST_CASE("of several tensors the case says which") {
  const Tree tree;
  tree.write("c.safetensors", checkpoint());
  CHECK(bits_in(tree, "{file: c.safetensors, tensor: norm.weight}", "float16") ==
        Bits{1, 2});
  CHECK(bits_in(tree, "{file: c.safetensors, tensor: norm.bias}", "float16") ==
        Bits{3, 4});
  CHECK(complaint(tree, "{file: c.safetensors}", "float16") ==
        "f.yaml:6:15: error: x: c.safetensors: it has 3 tensors; say which, such as "
        "'tensor: norm.batches'\n");
  CHECK(complaint(tree, "{file: c.safetensors, tensor: norm.wieght}", "float16") ==
        "f.yaml:6:38: error: x: c.safetensors: it has no tensor 'norm.wieght'; did you "
        "mean 'norm.weight'?\n");
  CHECK(complaint(tree, "{file: c.safetensors, tensor: norm.batches}", "float16") ==
        "f.yaml:6:38: error: x: c.safetensors: its tensor 'norm.batches' has the dtype "
        "\"I64\", which is no float of ours\n");
  CHECK(complaint(tree, "{file: c.safetensors, tensor: 1}", "float16") ==
        "f.yaml:6:38: error: x: tensor must be text (in quotes), not '1'\n");
}

TEST_CASE("modifiers are exact and rounded once, and bits without them stay") {
  const Tree tree;
  tree.write("a.npy", npy_file("<f2", "(2,)", little_endian({0x3c01, 0x7e01}, 2)));
  // 3 (1 + 2^-10) - 3 = 0x1.8p-9; with a product rounded first it were 0x1p-8.
  CHECK(bits_in(tree, "{file: a.npy, times: 3, plus: -3}", "float16") ==
        Bits{0x1a00, 0x7e00});
  CHECK(bits_in(tree, "{file: a.npy, set: [{at: [0], to: 2}]}", "float16") ==
        Bits{0x4000, 0x7e01});
  CHECK(complaint(tree, "{file: a.npy, set: [{at: [2], to: 2}]}", "float16") ==
        "f.yaml:6:33: error: x: [2] is no element of shape [2]\n");
  CHECK(complaint(tree, "{file: a.npy, times: 65504}", "float16") ==
        "f.yaml:6:8: error: x: element 0 is finite but rounds to an infinity in "
        "float16\n");
}

TEST_CASE("a file is of one dtype, the test's") {
  const Tree tree;
  tree.write("a.npy", npy_file("<f4", "(2,)", std::string(8, '\0')));
  CHECK(complaint(tree, "{file: a.npy}", "float16") ==
        "f.yaml:6:8: error: x: a.npy is of float32, not of float16\n");
  CHECK(complaint(tree, "{file: a.npy}", "[float32, float16]") ==
        "f.yaml:6:8: error: x: a.npy is of float32 alone, but the case has several\n");
}

TEST_CASE("what a file does not allow beside it is told") {
  const Tree tree;
  tree.write("a.npy", npy_file("<f4", "(2,)", std::string(8, '\0')));
  CHECK(complaint(tree, "{file: a.npy, tensor: x}") ==
        "f.yaml:6:30: error: x: a.npy: the tensor of an .npy file has no name; leave "
        "'tensor' out\n");
  CHECK(complaint(tree, "{file: a.npy, shape: [2]}") ==
        "f.yaml:6:29: error: x: the file has its own shape\n");
  CHECK(complaint(tree, "{file: a.npy, fill: 1}") ==
        "f.yaml:6:8: error: x: has both fill and file\n");
  CHECK(complaint(tree, "{file: a.npy, tenser: x}") ==
        "f.yaml:6:22: error: unknown key 'tenser'; did you mean 'tensor'?\n");
  CHECK(complaint(tree, "{file: [a.npy]}") ==
        "f.yaml:6:15: error: x: file must be text, not a list\n");
}

TEST_CASE("the digest of a test follows the contents of its files") {
  const auto digest = [](std::uint64_t last) {
    const Tree tree;
    tree.write("a.npy", npy_file("<f2", "(2,)", little_endian({0x3c00, last}, 2)));
    return read_in(tree, "{file: a.npy}", "float16").tests.at(0).inputs_digest;
  };
  CHECK(digest(0x3c01) == digest(0x3c01));
  CHECK(digest(0x3c01) != digest(0x3c02));
  CHECK(digest(0x3c01) ==
        only_test(tensor_file("{shape: [2], bits: [0x3c00, 0x3c01]}", "float16"))
            .inputs_digest);
}

TEST_CASE("an .npy file longer or shorter than its shape is refused") {
  CHECK(
      of_npy(npy_file("<f4", "(2,)", std::string(7, '\0'))) ==
      "f.yaml:6:15: error: x: t.npy: it has 7 bytes of data, which do not fit float32 "
      "of shape [2]\n");
  CHECK(
      of_npy(npy_file("<f4", "(2,)", std::string(9, '\0'))) ==
      "f.yaml:6:15: error: x: t.npy: it has 9 bytes of data, which do not fit float32 "
      "of shape [2]\n");
  CHECK(
      of_npy(npy_file("<f4", "(1000000, 1000000)", "")) ==
      "f.yaml:6:15: error: x: t.npy: it has 0 bytes of data, which do not fit float32 "
      "of shape [1000000, 1000000]\n");
  // The products are 2^64 and, in bytes, 2^64 again.
  for (const std::string shape :
       {"(4294967296, 4294967296)", "(4611686018427387904,)"}) {
    CHECK(of_npy(npy_file("<f4", shape, "")).find("do not fit float32") !=
          std::string::npos);
  }
  CHECK(of_npy("") ==
        "f.yaml:6:15: error: x: t.npy: it does not begin as an .npy file does\n");
}

TEST_CASE("an empty tensor is read whatever its other dimensions, within int64") {
  const Tree tree;
  tree.write("a.npy", npy_file("<f4", "(0, 5)", "", "True"));
  CHECK(x_in(tree, "{file: a.npy}", "float32").shape() == Shape{0, 5});
  CHECK(of_npy(npy_file("<f4", "(0, 4611686018427387904, 4)", "", "True")) ==
        "f.yaml:6:15: error: x: t.npy: has more than 268435456 elements\n");
}

TEST_CASE("a .safetensors file is as strict as a frame") {
  const std::string two = R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  const std::string start = "f.yaml:6:15: error: x: t.safetensors: ";
  CHECK(of_safetensors(two + "}", 8).empty());
  CHECK(of_safetensors(two + "}", 7) ==
        start + "the data of x would be bytes 0 to 8 of 7\n");
  CHECK(of_safetensors(two + "}", 9) == start + "the tensors end at byte 8 of 9\n");
  CHECK(of_safetensors(
            two + R"(,"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12) ==
        start + "the data of y begin at byte 4, not where the ones before end, at 8\n");
  CHECK(of_safetensors(
            R"({"x":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,8]}})",
            8) == start +
                      "x has 8 bytes, which do not fit float32 of shape "
                      "[1000000,1000000]\n");
  CHECK(
      of_safetensors(
          R"({"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
          0) == start +
                    "x has 0 bytes, which do not fit float32 of shape "
                    "[4294967296,4294967296]\n");
  CHECK(of_safetensors(two + ",\"x\":0}", 8) ==
        start + "its header: the key 'x' occurs twice\n");
  CHECK(of_safetensors("{\"a\":" + std::string(100'000, '['), 0) ==
        start + "its header: nested more than 8 deep\n");
  CHECK(of_safetensors("{\"a\":", 0) ==
        start + "its header: no valid JSON at byte 6\n");
  CHECK(of_safetensors("[]", 0) == start + "its header does not begin with {\n");
  CHECK(of_safetensors("{}", 0) == start + "it has no tensor\n");
  CHECK(of_safetensors(R"({"__metadata__":{"a":1}})", 0) ==
        start + "__metadata__ must hold strings and nothing else\n");
  CHECK(complaint_of("t.safetensors", "") ==
        start + "it ends within the length of its header\n");
  CHECK(complaint_of("t.safetensors", std::string(8, '\xff')) ==
        start + "it ends within its header\n");
  CHECK(of_safetensors("{" + std::string(1 << 20, ' ') + "}", 0) ==
        start + "its header has 1048578 bytes, at most 1048576 are read\n");
}

TEST_CASE("a name from a file forges no line of ours and fills no screen") {
  const std::string forged =
      of_safetensors(R"({"a\nf.yaml:1:1: error: \u001b[31m":{"shape":[1],)"
                     R"("data_offsets":[0,0]}})",
                     0);
  CHECK(forged ==
        "f.yaml:6:15: error: x: t.safetensors: the entry of a?f.yaml:1:1: error: ?[31m "
        "must hold dtype, shape and data_offsets\n");
  const std::string name(100'000, 'n');
  CHECK(of_safetensors("{\"" + name + "\":0}", 0) ==
        "f.yaml:6:15: error: x: t.safetensors: the entry of " + name.substr(0, 287) +
            "...\n");
}

TEST_CASE("a shape of too many dimensions or elements is refused before it is read") {
  std::string ones;
  for (int i = 0; i < 65; ++i) ones += "1,";
  CHECK(of_npy(npy_file("<f4", "(" + ones + ")", std::string(4, '\0'))) ==
        "f.yaml:6:15: error: x: t.npy: has more than 64 dimensions\n");
  const Tree tree;
  const std::string header = npy_file("<f2", "(268435457,)", "");
  tree.write("t.npy", header);
  // A hole: the file has its size without its bytes.
  fs::resize_file(tree.path("t.npy"), header.size() + 2 * 268435457ULL);
  CHECK(complaint(tree, "{file: t.npy}", "float16") ==
        "f.yaml:6:15: error: x: t.npy: has more than 268435456 elements\n");
  fs::resize_file(tree.path("t.npy"), (std::uintmax_t{1} << 34) + 1);
  CHECK(complaint(tree, "{file: t.npy}", "float16") ==
        "f.yaml:6:15: error: x: t.npy: it is larger than 16 GiB\n");
}

TEST_CASE("the elements of files count against the limit of a case file") {
  const Tree tree;
  const std::string header = npy_file("<f4", "(268435456,)", "");
  tree.write("t.npy", header);
  fs::resize_file(tree.path("t.npy"), header.size() + 4 * 268435456ULL);
  const std::string yaml =
      "truenorm: 1\n"
      "defaults: {op: layer_norm, dtype: float32}\n"
      "cases:\n"
      "- case: small\n"
      "  inputs: {x: [1, 2]}\n"
      "- case: large\n"
      "  inputs: {x: {file: t.npy}}\n";
  CHECK(complaints(read_cases(yaml, "f.yaml", "f.yaml", {.folder = tree.root()})) ==
        "f.yaml:6:3: error: the tensors of this file have more than 268435456 elements "
        "together\n");
}

TEST_CASE("a file cut anywhere is refused") {
  const std::string name = GENERATE("t.npy", "t.safetensors");
  const std::string whole =
      name == "t.npy" ? npy_file("<f4", "(2,)", std::string(8, '\0'))
                      : safetensors_file(
                            R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
                            std::string(8, '\0'));
  REQUIRE(complaint_of(name, whole).empty());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(!complaint_of(name, whole.substr(0, size)).empty());
  }
}

TEST_CASE("a file with any one byte changed is read or refused, never worse") {
  const Tree tree;
  for (const std::string name : {"t.npy", "t.safetensors"}) {
    const std::string whole =
        name == "t.npy" ? npy_file("<f4", "(2, 1)", std::string(8, '\0'), "True")
                        : checkpoint();
    for (std::size_t position = 0; position < whole.size(); ++position) {
      for (const int flip : {0x01, 0x10, 0x80, 0xff}) {
        std::string changed = whole;
        changed[position] = static_cast<char>(changed[position] ^ flip);
        tree.write(name, changed);
        const Reading reading = read_in(tree, "{file: " + name + "}");
        CHECK(reading.tests.empty() == reading.has_errors());
      }
    }
  }
}

}  // namespace
}  // namespace truenorm
