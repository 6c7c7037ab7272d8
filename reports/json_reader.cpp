// SPDX-License-Identifier: Apache-2.0
// Lines of results.jsonl to records.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "reports/consistency.hpp"
#include "reports/results_file.hpp"

namespace truenorm {

namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& place, std::string_view wanted) {
  throw std::invalid_argument(fmt::format("{}: expected {}", place, wanted));
}

std::string text(const Json& value, const std::string& place) {
  if (!value.is_string()) refuse(place, "a string");
  return value.get<std::string>();
}

bool truth_value(const Json& value, const std::string& place) {
  if (!value.is_boolean()) refuse(place, "true or false");
  return value.get<bool>();
}

std::int64_t count(const Json& value, const std::string& place) {
  // Numbers without sign, point and exponent are the only ones that the parser stores so.
  if (!value.is_number_unsigned() ||
      value.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    refuse(place, "a whole number, not below 0");
  }
  return value.get<std::int64_t>();
}

std::optional<double> nonfinite(std::string_view word) {
  if (word == "inf") return std::numeric_limits<double>::infinity();
  if (word == "-inf") return -std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

double real(const Json& value, const std::string& place) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) {
    if (const auto number = nonfinite(value.get_ref<const std::string&>())) {
      return *number;
    }
  }
  refuse(place, "a number, \"inf\", \"-inf\" or \"nan\"");
}

double hex_real(const Json& value, const std::string& place) {
  const std::string word = text(value, place);
  if (const auto number = nonfinite(word)) return *number;
  std::string_view digits = word;
  const bool is_negative = digits.starts_with('-');
  if (is_negative) digits.remove_prefix(1);
  double number = 0;
  if (digits.starts_with("0x")) {
    digits.remove_prefix(2);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] =
        std::from_chars(digits.data(), end, number, std::chars_format::hex);
    if (error == std::errc() && stop == end && std::isfinite(number) &&
        !std::signbit(number)) {
      return is_negative ? -number : number;
    }
  }
  refuse(place, "a hex float, \"inf\", \"-inf\" or \"nan\"");
}

/// A JSON object of which every key must be asked for, and no other may be there.
class Fields {
 public:
  Fields(const Json& object, std::string place)
      : object_(object), place_(std::move(place)) {
    if (!object.is_object()) refuse(place_, "an object");
  }

  const Json& operator[](const std::string& key) {
    asked_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
      throw std::invalid_argument(fmt::format("{}: no key '{}'", place_, key));
    }
    return *found;
  }

  [[nodiscard]] std::string place(const std::string& key) const {
    return place_ + ": " + key;
  }

  std::string text_of(const std::string& key) { return text((*this)[key], place(key)); }
  std::int64_t count_of(const std::string& key) {
    return count((*this)[key], place(key));
  }
  double real_of(const std::string& key) { return real((*this)[key], place(key)); }

  template <typename Read>
  auto optional_of(const std::string& key, Read read)
      -> std::optional<decltype(read(std::declval<const Json&>(), std::string()))> {
    const Json& value = (*this)[key];
    if (value.is_null()) return std::nullopt;
    return read(value, place(key));
  }

  void refuse_other_keys() const {
    for (const auto& [key, value] : object_.items()) {
      if (!asked_.contains(key)) {
        throw std::invalid_argument(fmt::format("{}: unknown key '{}'", place_, key));
      }
    }
  }

 private:
  const Json& object_;
  std::string place_;
  std::set<std::string> asked_;
};

UlpSummary ulp(const Json& value, const std::string& place) {
  Fields fields(value, place);
  const UlpSummary read{fields.real_of("max"), fields.real_of("mean"),
                        fields.real_of("p50"), fields.real_of("p99"),
                        fields.real_of("bias")};
  fields.refuse_other_keys();
  return read;
}

ExcessSummary excess(const Json& value, const std::string& place) {
  Fields fields(value, place);
  const ExcessSummary read{fields.real_of("max"), fields.real_of("mean")};
  fields.refuse_other_keys();
  return read;
}

EffectiveBits effective_bits(const Json& value, const std::string& place) {
  Fields fields(value, place);
  const EffectiveBits read{fields.real_of("bits"),
                           truth_value(fields["at_least"], fields.place("at_least"))};
  fields.refuse_other_keys();
  return read;
}

Grade grade(const Json& value, const std::string& place) {
  const std::string word = text(value, place);
  for (const Grade known : {Grade::correct, Grade::faithful, Grade::stable,
                            Grade::unstable, Grade::undecided}) {
    if (name(known) == word) return known;
  }
  refuse(place, "a grade");
}

Verdict verdict(const Json& value, const std::string& place) {
  if (const auto known = find_verdict(text(value, place))) return *known;
  refuse(place, "a verdict");
}

SpecialCounts special(const Json& value, const std::string& place) {
  Fields fields(value, place);
  const SpecialCounts read{
      fields.count_of("spurious_nan"), fields.count_of("spurious_inf"),
      fields.count_of("missed_nan"),   fields.count_of("missed_inf"),
      fields.count_of("wrong_inf"),    fields.count_of("nonfinite_kind"),
      fields.count_of("signed_zero")};
  fields.refuse_other_keys();
  return read;
}

SettledCounts settled(const Json& value, const std::string& place) {
  Fields fields(value, place);
  const SettledCounts read{fields.count_of("filter"), fields.count_of("refine"),
                           fields.count_of("decide")};
  fields.refuse_other_keys();
  return read;
}

template <typename Read>
auto list(const Json& value, const std::string& place, Read read) {
  if (!value.is_array()) refuse(place, "a list");
  std::vector<decltype(read(value, place))> elements;
  for (const Json& element : value) {
    elements.push_back(read(element, fmt::format("{}[{}]", place, elements.size())));
  }
  return elements;
}

WorstElement worst_element(const Json& value, const std::string& place) {
  Fields fields(value, place);
  WorstElement element;
  element.index = list(fields["index"], fields.place("index"), count);
  element.truth = fields.text_of("truth");
  element.expected = hex_real(fields["expected"], fields.place("expected"));
  element.actual = hex_real(fields["actual"], fields.place("actual"));
  element.error_ulps = fields.optional_of("ulp", real);
  element.excess = fields.optional_of("excess", real);
  fields.refuse_other_keys();
  return element;
}

Score score(Fields& fields) {
  Score read;
  read.count = fields.count_of("count");
  read.ulp = fields.optional_of("ulp", ulp);
  read.excess = fields.optional_of("excess", excess);
  read.effective_bits = fields.optional_of("effective_bits", effective_bits);
  read.correctly_rounded = fields.count_of("correctly_rounded");
  read.faithful = fields.count_of("faithful");
  read.blind = fields.count_of("blind");
  read.range = fields.count_of("range");
  read.grade = fields.optional_of("grade", grade);
  read.special = special(fields["special"], fields.place("special"));
  read.settled = settled(fields["settled"], fields.place("settled"));
  read.conditioning = fields.optional_of("conditioning", real);
  read.worst = list(fields["worst"], fields.place("worst"), worst_element);
  return read;
}

void need_no_score(Fields& fields) {
  for (const char* key :
       {"ulp", "excess", "effective_bits", "correctly_rounded", "faithful", "blind",
        "range", "grade", "special", "settled", "conditioning", "worst", "policies"}) {
    if (!fields[key].is_null()) refuse(fields.place(key), "null, as count is");
  }
}

void need_empty_list(const Json& value, const std::string& place) {
  if (!value.is_array() || !value.empty()) refuse(place, "[]");
}

std::map<std::string, std::optional<bool>> policies(const Json& value,
                                                    const std::string& place) {
  if (!value.is_object()) refuse(place, "an object");
  std::map<std::string, std::optional<bool>> read;
  for (const auto& [policy, accepts] : value.items()) {
    if (!accepts.is_boolean() && !accepts.is_null()) {
      refuse(place + ": " + policy, "true, false or null");
    }
    read[policy] =
        accepts.is_null() ? std::nullopt : std::optional(accepts.get<bool>());
  }
  return read;
}

Record run(Fields& fields) {
  return RunRecord{fields.text_of("version"), fields.text_of("host"),
                   list(fields["arguments"], fields.place("arguments"), text)};
}

Record runner(Fields& fields) {
  return RunnerRecord{fields.text_of("runner"),
                      fields.text_of("version"),
                      fields.text_of("library"),
                      fields.text_of("library_version"),
                      fields.text_of("device"),
                      fields.optional_of("attribute_dtype", text).value_or("")};
}

Record result(Fields& fields, const Json& line) {
  Result read;
  read.test = fields.text_of("case");
  read.op = fields.text_of("op");
  read.direction = fields.text_of("direction");
  read.dtype = fields.text_of("dtype");
  read.runner = fields.text_of("runner");
  read.output = fields.text_of("output");
  read.verdict = verdict(fields["verdict"], fields.place("verdict"));
  if (line.contains("actual")) {
    read.actual = verdict(fields["actual"], fields.place("actual"));
  }
  if (fields["count"].is_null()) {
    need_no_score(fields);
  } else {
    read.score = score(fields);
    read.score->passes = read.actual_verdict() == Verdict::pass;
    read.policies = policies(fields["policies"], fields.place("policies"));
  }
  need_empty_list(fields["diagnosis"], fields.place("diagnosis"));
  Fields seconds(fields["seconds"], fields.place("seconds"));
  read.seconds = {seconds.real_of("oracle"), seconds.real_of("answer"),
                  seconds.real_of("transport")};
  seconds.refuse_other_keys();
  read.inputs_digest = fields.text_of("inputs_digest");
  read.log = fields.text_of("log");
  if (const std::string fault = contradiction(read); !fault.empty()) {
    throw std::invalid_argument("result: " + fault);
  }
  return read;
}

Record end(Fields& fields) {
  EndRecord read;
  const Json& counts = fields["verdicts"];
  const std::string place = fields.place("verdicts");
  if (!counts.is_object()) refuse(place, "an object");
  for (const auto& [key, value] : counts.items()) {
    if (!find_verdict(key)) refuse(place + ": " + key, "a verdict as key");
    read.verdicts[key] = count(value, place + ": " + key);
  }
  read.restarts = fields.count_of("restarts");
  read.seconds = fields.real_of("seconds");
  return read;
}

Json parsed(std::string_view line) {
  try {
    return Json::parse(line);
  } catch (const Json::parse_error& error) {
    throw std::invalid_argument(fmt::format("not JSON, from byte {} on", error.byte));
  } catch (const Json::out_of_range&) {
    throw std::invalid_argument("a number that binary64 cannot hold");
  }
}

Record record(const std::string& type, Fields& fields, const Json& line) {
  if (type == "run") return run(fields);
  if (type == "runner") return runner(fields);
  if (type == "result") return result(fields, line);
  if (type == "end") return end(fields);
  refuse("type", "run, runner, result or end");
}

}  // namespace

Record parse_json_line(std::string_view line) {
  const Json json = parsed(line);
  const std::string type = Fields(json, "line").text_of("type");
  Fields fields(json, type);
  static_cast<void>(fields["type"]);
  Record read = record(type, fields, json);
  fields.refuse_other_keys();
  return read;
}

}  // namespace truenorm
