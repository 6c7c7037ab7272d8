// SPDX-License-Identifier: Apache-2.0
// Headers first, and within limits; elements later, in pieces.
#include "cases/tensor_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

#include "cases/safetensors/dtypes.hpp"
#include "cases/safetensors/header.hpp"
#include "cases/suggestion.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

/// A multiple of every element's bytes.
constexpr std::size_t piece_bytes = std::size_t{1} << 16;

/// The header of a checkpoint of some thousand tensors is below this.
constexpr safetensors::Limits header_limits{
    .header_bytes = 1 << 20, .tensors = 1 << 14, .rank = 64};

constexpr std::size_t longest_path_bytes = 1024;
constexpr std::size_t longest_message_bytes = 300;

/// Beyond this many names a nearest one costs more than it helps.
constexpr std::size_t most_suggested_names = 1000;

/// A message about a file may hold names from it: short, and without control characters,
/// which could write lines of their own on a terminal.
std::string printable(std::string message) {
  if (message.size() > longest_message_bytes) {
    message.resize(longest_message_bytes);
    message += "...";
  }
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return message;
}

/// The first bytes that follow the stream's position, fewer where it ends before.
std::vector<std::byte> read_bytes(std::istream& stream, std::uint64_t count) {
  std::vector<std::byte> bytes(count);
  stream.read(reinterpret_cast<char*>(bytes.data()),
              static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

/// The row-major index of each element in column-major order.
class ColumnMajorWalk {
 public:
  explicit ColumnMajorWalk(const Shape& shape)
      : shape_(shape), strides_(shape.size(), 1), index_(shape.size(), 0) {
    for (std::size_t axis = shape.size(); axis-- > 1;) {
      strides_[axis - 1] = strides_[axis] * shape[axis];
    }
  }

  /// The flat index here; the walk goes on to the next.
  std::int64_t next() {
    const std::int64_t here = flat_;
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      flat_ += strides_[axis];
      if (++index_[axis] < shape_[axis]) break;
      flat_ -= strides_[axis] * shape_[axis];
      index_[axis] = 0;
    }
    return here;
  }

 private:
  const Shape& shape_;
  std::vector<std::int64_t> strides_;
  std::vector<std::int64_t> index_;
  std::int64_t flat_ = 0;
};

bool is_inside(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

TensorFile::TensorFile(std::string file, const fs::path& path)
    : file_(std::move(file)), path_(path) {
  std::error_code error;
  // Opening a pipe would wait for its other end.
  if (!fs::is_regular_file(path_, error)) refuse("it is not a file");
  const std::uintmax_t file_bytes = fs::file_size(path_, error);
  std::ifstream stream(path_, std::ios::binary);
  if (error || !stream) refuse("it cannot be read");
  if (file_bytes > largest_tensor_file_bytes) {
    refuse(fmt::format("it is larger than {} GiB", largest_tensor_file_bytes >> 30));
  }
  if (fs::path(file_).extension() == ".npy") {
    read_npy(stream, file_bytes);
  } else {
    read_safetensors(stream, file_bytes);
  }
}

void TensorFile::refuse(const std::string& why) const {
  throw TensorFileError(fmt::format("{}: {}", file_, printable(why)));
}

void TensorFile::read_npy(std::istream& stream, std::uintmax_t file_bytes) {
  const auto start = read_bytes(
      stream, std::min<std::uintmax_t>(
                  file_bytes, longest_npy_preamble_bytes + longest_npy_header_bytes));
  try {
    NpyHeader header = parse_npy_header(start);
    const std::uintmax_t data_bytes = file_bytes - header.data_offset;
    const auto needed = safetensors::tensor_bytes(header.format.name, header.shape);
    if (!needed || static_cast<std::uintmax_t>(*needed) != data_bytes) {
      refuse(fmt::format("it has {} bytes of data, which do not fit {} of shape {}",
                         data_bytes, header.format.name, shape_text(header.shape)));
    }
    items_.push_back({.name = {},
                      .format = header.format,
                      .written_dtype = {},
                      .shape = std::move(header.shape),
                      .offset = header.data_offset,
                      .order = header.order});
  } catch (const NpyError& error) {
    refuse(error.what());
  }
}

void TensorFile::read_safetensors(std::istream& stream, std::uintmax_t file_bytes) {
  has_names_ = true;
  try {
    const std::uint64_t length = safetensors::header_length(
        read_bytes(stream, safetensors::length_bytes), file_bytes, header_limits);
    const auto text = read_bytes(stream, length);
    const std::uint64_t data_offset = safetensors::length_bytes + length;
    const auto header = safetensors::parse_header(
        {reinterpret_cast<const char*>(text.data()), text.size()},
        file_bytes - data_offset, header_limits);
    for (const auto& [name, entry] : header.tensors) {
      items_.push_back(
          {.name = name,
           .format = entry.dtype ? find_format(*entry.dtype) : std::nullopt,
           .written_dtype = entry.written_dtype,
           .shape = entry.shape,
           .offset = data_offset + entry.begin});
    }
  } catch (const safetensors::Error& error) {
    refuse(error.what());
  }
}

StoredTensor TensorFile::stored(const Item& item) const {
  if (!item.format) {
    refuse(fmt::format("its tensor '{}' has the dtype {}, which is no float of ours",
                       item.name, item.written_dtype));
  }
  return {file_, path_, item.offset, *item.format, item.shape, item.order};
}

StoredTensor TensorFile::only() const {
  if (items_.empty()) refuse("it has no tensor");
  if (items_.size() > 1) {
    refuse(fmt::format("it has {} tensors; say which, such as 'tensor: {}'",
                       items_.size(), items_.front().name));
  }
  return stored(items_.front());
}

StoredTensor TensorFile::named(std::string_view name) const {
  if (!has_names_) refuse("the tensor of an .npy file has no name; leave 'tensor' out");
  std::vector<std::string_view> known;
  for (const Item& item : items_) {
    if (item.name == name) return stored(item);
    known.push_back(item.name);
  }
  if (known.size() > most_suggested_names) known.clear();
  refuse(fmt::format("it has no tensor '{}'{}", name, suggestion(name, known)));
}

const TensorFile& TensorFiles::open(const std::string& file) {
  const fs::path path = resolved(file);
  auto opened = opened_.find(path);
  if (opened == opened_.end()) {
    // A file that is wrong is not looked into again either.
    try {
      opened = opened_.emplace(path, TensorFile(file, path)).first;
    } catch (const TensorFileError& error) {
      opened = opened_.emplace(path, error).first;
    }
  }
  if (const auto* error = std::get_if<TensorFileError>(&opened->second)) throw *error;
  return std::get<TensorFile>(opened->second);
}

fs::path TensorFiles::resolved(const std::string& file) const {
  const auto refuse = [&](std::string_view why) {
    throw TensorFileError(fmt::format("{}: {}", file, why));
  };
  if (file.size() > longest_path_bytes) {
    throw TensorFileError(
        fmt::format("a path has at most {} bytes", longest_path_bytes));
  }
  if (!folder_) refuse("this text stands in no folder, so it can name no file");
  // The system would read the path only up to there, and so would a message.
  if (file.find('\0') != std::string::npos) {
    throw TensorFileError("a path has no zero byte");
  }
  const fs::path relative(file);
  if (relative.is_absolute()) {
    refuse("path escape: an absolute path is not below the case file's folder");
  }
  if (std::find(relative.begin(), relative.end(), "..") != relative.end()) {
    refuse("path escape: '..' may leave the case file's folder");
  }
  if (relative.extension() != ".npy" && relative.extension() != ".safetensors") {
    refuse("the name of a file of tensors ends with .npy or .safetensors");
  }
  std::error_code error;
  const fs::path folder = fs::canonical(folder_->empty() ? "." : *folder_, error);
  if (error) refuse("the case file's folder cannot be found: " + error.message());
  const fs::path path = fs::canonical(folder / relative, error);
  if (error == std::errc::no_such_file_or_directory) refuse("no such file");
  if (error) refuse("it cannot be found: " + error.message());
  if (!is_inside(folder, path)) {
    refuse("path escape: a link leads out of the case file's folder");
  }
  return path;
}

bool for_each_element(const StoredTensor& tensor,
                      const std::function<bool(std::int64_t, std::uint64_t)>& take) {
  const auto element_bytes = static_cast<std::size_t>(tensor.format.storage_bits / 8);
  const std::int64_t count = element_count(tensor.shape);
  std::ifstream stream(tensor.path, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(tensor.offset));
  ColumnMajorWalk walk(tensor.shape);
  std::vector<std::byte> piece;
  std::size_t position = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (position == piece.size()) {
      const auto left = static_cast<std::size_t>(count - i) * element_bytes;
      const std::size_t wanted = std::min(left, piece_bytes);
      piece = read_bytes(stream, wanted);
      position = 0;
      if (piece.size() < wanted) {
        throw TensorFileError(
            fmt::format("{}: it could not be read to its end", tensor.file));
      }
    }
    std::uint64_t bits = 0;
    std::memcpy(&bits, &piece[position], element_bytes);
    position += element_bytes;
    const bool is_row_major = tensor.order == ElementOrder::row_major;
    if (!take(is_row_major ? i : walk.next(), bits)) return false;
  }
  return true;
}

}  // namespace truenorm
