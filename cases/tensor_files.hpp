// SPDX-License-Identifier: Apache-2.0
// The files of tensors beside a case file: .npy and .safetensors, none of them trusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cases/npy.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

inline constexpr std::uintmax_t largest_tensor_file_bytes = std::uintmax_t{1} << 34;

/// What is wrong with a file of tensors; names the file as the case does.
class TensorFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A tensor whose bytes stand in a file; they are read when they are needed.
struct StoredTensor {
  std::string file;  ///< as the case names it
  std::filesystem::path path;
  std::uint64_t offset = 0;
  Format format;
  Shape shape;
  ElementOrder order = ElementOrder::row_major;
};

/// What the header of one file says.
class TensorFile {
 public:
  /// values   `file`: as the case names it; its extension tells its format
  /// throws   TensorFileError, also if the file is longer or shorter than its tensors
  TensorFile(std::string file, const std::filesystem::path& path);

  /// The file's only tensor.
  ///
  /// throws   TensorFileError if there are several, or its dtype is none of SPEC 1
  [[nodiscard]] StoredTensor only() const;

  /// throws   TensorFileError if there is none of that name, or its dtype is none of
  ///          SPEC 1
  [[nodiscard]] StoredTensor named(std::string_view name) const;

 private:
  struct Item {
    std::string name;
    std::optional<Format> format;  ///< none for a dtype that SPEC 1 does not have
    std::string written_dtype;
    Shape shape;
    std::uint64_t offset = 0;
    ElementOrder order = ElementOrder::row_major;
  };

  void read_npy(std::istream& stream, std::uintmax_t file_bytes);
  void read_safetensors(std::istream& stream, std::uintmax_t file_bytes);
  [[nodiscard]] StoredTensor stored(const Item& item) const;
  [[noreturn]] void refuse(const std::string& why) const;

  std::string file_;
  std::filesystem::path path_;
  bool has_names_ = false;
  std::vector<Item> items_;
};

/// The files that the tensors of one case file may come from.
class TensorFiles {
 public:
  /// values   no folder: a text that stands in no file, which can name none; the empty
  ///          path: the current folder
  explicit TensorFiles(std::optional<std::filesystem::path> folder)
      : folder_(std::move(folder)) {}

  /// The file of that path in the folder or below. Each file is looked into once.
  ///
  /// throws   TensorFileError, also for a path that leaves the folder
  const TensorFile& open(const std::string& file);

 private:
  [[nodiscard]] std::filesystem::path resolved(const std::string& file) const;

  std::optional<std::filesystem::path> folder_;
  std::map<std::filesystem::path, std::variant<TensorFile, TensorFileError>> opened_;
};

/// Calls `take` with the row-major index and the bits of every element, in the order of
/// the file, until it gives false.
///
/// result   whether every call gave true
/// throws   TensorFileError if the file does not hold them any more
bool for_each_element(const StoredTensor& tensor,
                      const std::function<bool(std::int64_t, std::uint64_t)>& take);

}  // namespace truenorm
