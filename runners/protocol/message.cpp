// SPDX-License-Identifier: Apache-2.0
// The messages to JSON and back: every key is known, has its kind, and is bounded.
#include "runners/protocol/message.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "runners/protocol/strict_json.hpp"

namespace truenorm::protocol {
namespace {

using nlohmann::json;

constexpr std::size_t max_id_bytes = 100;
/// Of names, versions and devices: they stand in a report's columns.
constexpr std::size_t max_word_bytes = 200;
constexpr std::int64_t max_pipeline = 1024;

/// A JSON object that is read key by key, and complains in one sentence.
class ObjectReader {
 public:
  ObjectReader(std::string subject, const std::string& text)
      : subject_(std::move(subject)) {
    require_strict_json(subject_, text);
    object_ = json::parse(text);
    if (!object_.is_object()) refuse("is no JSON object");
  }
  ObjectReader(std::string subject, json object)
      : subject_(std::move(subject)), object_(std::move(object)) {
    if (!object_.is_object()) refuse("is no JSON object");
  }

  void allow_only(std::initializer_list<std::string_view> keys) const {
    for (const auto& item : object_.items()) {
      if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) {
        refuse("has the unknown key '" + item.key() + "'");
      }
    }
  }

  [[nodiscard]] bool contains(const char* key) const { return object_.contains(key); }

  [[nodiscard]] const json& at(const char* key) const {
    if (!contains(key)) refuse("has no '" + std::string(key) + "'");
    return object_.at(key);
  }

  [[nodiscard]] std::string text(const char* key) const {
    if (!at(key).is_string())
      refuse("has a '" + std::string(key) + "' that is no string");
    return at(key).get<std::string>();
  }

  /// A short text that fits into a line.
  [[nodiscard]] std::string word(const char* key) const {
    return checked_word(key, at(key));
  }

  [[nodiscard]] std::vector<std::string> words(const char* key) const {
    if (!at(key).is_array()) refuse("has a '" + std::string(key) + "' that is no list");
    std::vector<std::string> words;
    for (const json& element : at(key)) words.push_back(checked_word(key, element));
    return words;
  }

  [[nodiscard]] std::string id() const {
    const std::string id = text("id");
    if (!is_id(id)) refuse("has an id that is not 1 to 100 of A-Z a-z 0-9 _ . -");
    return id;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw ProtocolError(subject_ + " " + what);
  }

 private:
  [[nodiscard]] std::string checked_word(const char* key, const json& value) const {
    const std::string* word = value.get_ptr<const std::string*>();
    const bool fits =
        word != nullptr && !word->empty() && word->size() <= max_word_bytes &&
        std::none_of(word->begin(), word->end(), [](unsigned char character) {
          return character < ' ' || character == 0x7F;
        });
    if (!fits) {
      refuse("has a '" + std::string(key) + "' that is not 1 to " +
             std::to_string(max_word_bytes) + " bytes of printable text");
    }
    return *word;
  }

  std::string subject_;
  json object_;
};

OperatorSupport read_support(const std::string& name, const json& value) {
  const ObjectReader reader("the hello's operator '" + name + "'", value);
  reader.allow_only({"dtypes", "directions", "outputs"});
  return {reader.words("dtypes"), reader.words("directions"), reader.words("outputs")};
}

std::int64_t read_pipeline(const ObjectReader& reader) {
  const json& value = reader.at("pipeline");
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 ||
      value.get<std::uint64_t>() > max_pipeline) {
    reader.refuse("has a 'pipeline' that is not 1 to " + std::to_string(max_pipeline));
  }
  return value.get<std::int64_t>();
}

/// Messages may hold a library's own words, in whatever encoding.
std::string dump(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

struct AnswerEncoder {
  const std::string& id;

  Frame operator()(const TensorBlobs& tensors) const {
    return {dump({{"id", id}}), tensors};
  }
  Frame operator()(const Unsupported& unsupported) const {
    return {dump({{"id", id}, {"unsupported", unsupported.why}}), {}};
  }
  Frame operator()(const Error& error) const {
    return {dump({{"id", id}, {"error", error.what}}), {}};
  }
};

void require_id(const std::string& id) {
  if (!is_id(id)) throw std::invalid_argument("'" + id + "' is no id");
}

}  // namespace

bool is_id(std::string_view text) {
  constexpr std::string_view others = "_.-";
  return !text.empty() && text.size() <= max_id_bytes &&
         std::all_of(text.begin(), text.end(), [&](char character) {
           return (character >= 'A' && character <= 'Z') ||
                  (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') ||
                  others.find(character) != std::string_view::npos;
         });
}

Frame encode(const Hello& hello) {
  json operators = json::object();
  for (const auto& [name, support] : hello.operators) {
    operators[name] = {{"dtypes", support.dtypes},
                       {"directions", support.directions},
                       {"outputs", support.outputs}};
  }
  json message{{"protocol", protocol_version},
               {"name", hello.name},
               {"version", hello.version},
               {"library", hello.library},
               {"library_version", hello.library_version},
               {"device", hello.device},
               {"operators", std::move(operators)}};
  if (hello.pipeline != 1) message["pipeline"] = hello.pipeline;
  if (!hello.attribute_dtype.empty())
    message["attribute_dtype"] = hello.attribute_dtype;
  return {dump(message), {}};
}

Frame encode(const Request& request) {
  require_id(request.id);
  const json message{{"id", request.id},
                     {"op", request.op},
                     {"direction", request.direction},
                     {"attributes", json::parse(encode_attributes(request.attributes))},
                     {"outputs", request.outputs}};
  return {dump(message), request.inputs};
}

Frame encode(const Answer& answer) {
  require_id(answer.id);
  return std::visit(AnswerEncoder{answer.id}, answer.content);
}

Hello decode_hello(const Frame& frame) {
  const ObjectReader reader("the hello", frame.message_json);
  const json& version = reader.at("protocol");
  if (version != json(protocol_version)) {
    reader.refuse("speaks protocol " + version.dump() + ", not " +
                  std::to_string(protocol_version));
  }
  reader.allow_only({"protocol", "name", "version", "library", "library_version",
                     "device", "operators", "pipeline", "attribute_dtype"});
  if (!frame.tensors.empty()) reader.refuse("brings tensors");
  Hello hello{reader.word("name"),
              reader.word("version"),
              reader.word("library"),
              reader.word("library_version"),
              reader.word("device"),
              {},
              1,
              {}};
  if (!reader.at("operators").is_object()) reader.refuse("has no object of operators");
  for (const auto& [name, support] : reader.at("operators").items()) {
    hello.operators.emplace(name, read_support(name, support));
  }
  if (reader.contains("pipeline")) hello.pipeline = read_pipeline(reader);
  if (reader.contains("attribute_dtype")) {
    hello.attribute_dtype = reader.word("attribute_dtype");
    if (hello.attribute_dtype != "float32") {
      reader.refuse("has an 'attribute_dtype' that is not float32");
    }
  }
  return hello;
}

Request decode_request(Frame frame) {
  const ObjectReader reader("the request", frame.message_json);
  reader.allow_only({"id", "op", "direction", "attributes", "outputs"});
  return {reader.id(),
          reader.word("op"),
          reader.word("direction"),
          decode_attributes(reader.at("attributes").dump()),
          reader.words("outputs"),
          std::move(frame.tensors)};
}

Answer decode_answer(Frame frame) {
  const ObjectReader reader("the answer", frame.message_json);
  reader.allow_only({"id", "unsupported", "error"});
  Answer answer{reader.id(), {}};
  const bool is_refusal = reader.contains("unsupported") || reader.contains("error");
  if (!is_refusal) {
    answer.content = std::move(frame.tensors);
    return answer;
  }
  if (reader.contains("unsupported") && reader.contains("error")) {
    reader.refuse("is both unsupported and an error");
  }
  if (!frame.tensors.empty()) reader.refuse("brings tensors and refuses");
  if (reader.contains("unsupported")) {
    answer.content = Unsupported{reader.text("unsupported")};
  } else {
    answer.content = Error{reader.text("error")};
  }
  return answer;
}

}  // namespace truenorm::protocol
