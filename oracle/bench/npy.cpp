// SPDX-License-Identifier: Apache-2.0
// Version 1.0 of the npy format: magic, length of the header, a Python literal, the data.
#include "oracle/bench/npy.hpp"

#include <fstream>
#include <string>

namespace truenorm::bench {
namespace {

std::string header_of(const Tensor& tensor) {
  const std::string kind = tensor.format() == bfloat16 ? "u" : "f";
  const std::string width = std::to_string(tensor.format().storage_bits / 8);
  std::string header = "{'descr': '<" + kind + width;
  header += "', 'fortran_order': False, 'shape': (";
  for (const std::int64_t dimension : tensor.shape()) {
    header += std::to_string(dimension) + ",";
  }
  header += "), }";
  // Magic, version and length take ten bytes; the data begins at a multiple of 64.
  header.append(64 - (10 + header.size() + 1) % 64, ' ');
  return header + '\n';
}

}  // namespace

void write_npy(const std::filesystem::path& file, const Tensor& tensor) {
  const std::string header = header_of(tensor);
  std::ofstream stream(file, std::ios::binary);
  stream.write("\x93NUMPY\x01\x00", 8);
  stream.put(static_cast<char>(header.size() & 0xff));
  stream.put(static_cast<char>(header.size() >> 8));
  stream << header;
  const auto bytes = tensor.bytes();
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) {
    throw std::filesystem::filesystem_error("cannot write", file,
                                            std::make_error_code(std::errc::io_error));
  }
}

}  // namespace truenorm::bench
