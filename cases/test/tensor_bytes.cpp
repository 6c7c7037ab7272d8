// SPDX-License-Identifier: Apache-2.0
// Both formats by their documents, sharing no code with the readers.
#include "cases/test/tensor_bytes.hpp"

namespace truenorm {

std::string little_endian(const std::vector<std::uint64_t>& numbers, int width) {
  std::string bytes;
  for (const std::uint64_t number : numbers) {
    for (int byte = 0; byte < width; ++byte) {
      bytes += static_cast<char>(number >> (8 * byte) & 0xff);
    }
  }
  return bytes;
}

std::string npy_of_header(const std::string& text, const std::string& data,
                          int version) {
  const int width = version == 1 ? 2 : 4;
  const std::size_t preamble = 8 + static_cast<std::size_t>(width);
  std::string header = text;
  while ((preamble + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  return "\x93NUMPY" + std::string{static_cast<char>(version), '\0'} +
         little_endian({header.size()}, width) + header + data;
}

std::string npy_file(const std::string& descr, const std::string& shape,
                     const std::string& data, std::string_view fortran_order) {
  return npy_of_header("{'descr': '" + descr + "', 'fortran_order': " +
                           std::string(fortran_order) + ", 'shape': " + shape + ", }",
                       data);
}

std::string safetensors_file(const std::string& header, const std::string& data) {
  return little_endian({header.size()}, 8) + header + data;
}

}  // namespace truenorm
