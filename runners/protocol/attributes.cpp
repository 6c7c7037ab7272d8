// SPDX-License-Identifier: Apache-2.0
// Attributes to JSON and back. A hex float tells a real from a word.
#include "runners/protocol/attributes.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runners/protocol/strict_json.hpp"

namespace truenorm::protocol {
namespace {

using nlohmann::json;

constexpr std::string_view exact_suffix = "_exact";

std::string hex_float_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%a", value);
  return text.data();
}

/// The finite number that a hex float such as -0x1.8p-3 writes.
std::optional<double> parse_hex_float(const std::string& text) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("-0x");
  if (!is_hex || text.find('p') == std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(const std::string& attribute) {
  throw ProtocolError("attribute '" + attribute +
                      "' is no boolean, integer, hex float, word or list of integers");
}

struct Encoder {
  const std::string& name;
  json& object;

  void operator()(bool value) const { object[name] = value; }
  void operator()(std::int64_t value) const { object[name] = value; }
  void operator()(const std::vector<std::int64_t>& values) const {
    object[name] = values;
  }
  void operator()(const Real& real) const {
    if (!std::isfinite(real.value))
      throw std::invalid_argument(name + " is not finite");
    object[name] = hex_float_text(real.value);
    if (!real.exact.empty()) object[name + std::string(exact_suffix)] = real.exact;
  }
  void operator()(const std::string& word) const {
    if (parse_hex_float(word)) throw std::invalid_argument(name + " looks like a real");
    object[name] = word;
  }
};

bool is_int64(const json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}

AttributeValue decode_value(const std::string& name, const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (is_int64(value)) return value.get<std::int64_t>();
  if (value.is_string()) {
    auto text = value.get<std::string>();
    if (const auto number = parse_hex_float(text)) return Real{*number, {}};
    return text;
  }
  if (!value.is_array()) refuse(name);
  std::vector<std::int64_t> values;
  for (const json& element : value) {
    if (!is_int64(element)) refuse(name);
    values.push_back(element.get<std::int64_t>());
  }
  return values;
}

/// The real of which `name` is the exact value, if it is one's.
Real* find_stem(Attributes& attributes, const std::string& name) {
  if (!name.ends_with(exact_suffix)) return nullptr;
  const auto stem = attributes.find(
      std::string_view(name).substr(0, name.size() - exact_suffix.size()));
  return stem == attributes.end() ? nullptr : std::get_if<Real>(&stem->second);
}

}  // namespace

std::string encode_attributes(const Attributes& attributes) {
  json object = json::object();
  for (const auto& [name, value] : attributes) std::visit(Encoder{name, object}, value);
  return object.dump();
}

Attributes decode_attributes(std::string_view text) {
  require_strict_json("attributes", text);
  const json object = json::parse(text);
  if (!object.is_object()) throw ProtocolError("attributes are no JSON object");
  Attributes attributes;
  for (const auto& [name, value] : object.items()) {
    // Keys come sorted, so a real stands before its exact value.
    if (Real* stem = find_stem(attributes, name)) {
      if (!value.is_string()) throw ProtocolError("'" + name + "' is no fraction");
      stem->exact = value.get<std::string>();
    } else {
      attributes.emplace(name, decode_value(name, value));
    }
  }
  return attributes;
}

}  // namespace truenorm::protocol
