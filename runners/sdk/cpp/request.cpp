// SPDX-License-Identifier: Apache-2.0
// What a handler may ask of its request.
#include <algorithm>
#include <utility>
#include <variant>

#include "runners/protocol/attributes.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::sdk {
namespace {

template <typename Value>
Value find_attribute(const Request& request, std::string_view name,
                     std::string_view kind) {
  const auto attributes = protocol::decode_attributes(request.attributes_json);
  const auto found = attributes.find(name);
  if (found != attributes.end()) {
    if (const auto* value = std::get_if<Value>(&found->second)) return *value;
  }
  throw Failure(request.op + ": the request has no " + std::string(kind) + " '" +
                std::string(name) + "'");
}

}  // namespace

bool Request::wants(std::string_view output) const {
  return std::find(outputs.begin(), outputs.end(), output) != outputs.end();
}

const Tensor* Request::input(std::string_view name) const {
  const auto found = inputs.find(name);
  return found == inputs.end() ? nullptr : &found->second;
}

double Request::real(std::string_view attribute) const {
  return find_attribute<protocol::Real>(*this, attribute, "real").value;
}

std::string Request::exact_real(std::string_view attribute) const {
  return find_attribute<protocol::Real>(*this, attribute, "real").exact;
}

std::int64_t Request::integer(std::string_view attribute) const {
  return find_attribute<std::int64_t>(*this, attribute, "integer");
}

bool Request::flag(std::string_view attribute) const {
  return find_attribute<bool>(*this, attribute, "flag");
}

std::vector<std::int64_t> Request::axes(std::string_view attribute) const {
  return find_attribute<std::vector<std::int64_t>>(*this, attribute, "list of axes");
}

std::string Request::choice(std::string_view attribute) const {
  return find_attribute<std::string>(*this, attribute, "choice");
}

}  // namespace truenorm::sdk
