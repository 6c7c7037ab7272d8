// SPDX-License-Identifier: Apache-2.0
// results.jsonl: what is written is read back, and what is wrong is refused.
#include "reports/results_file.hpp"

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <stdexcept>

#include "oracle/format.hpp"
#include "oracle/operators.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"
#include "reports/test/sample_records.hpp"

namespace truenorm {

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string refusal(const std::string& line) {
  try {
    static_cast<void>(parse_json_line(line));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

/// The sample result's line with one value replaced.
std::string line_with(const std::string& pointer, const nlohmann::json& value) {
  auto line = nlohmann::json::parse(json_line(sample_result()));
  line[nlohmann::json::json_pointer(pointer)] = value;
  return line.dump();
}

std::set<std::string> words(const nlohmann::json& enumeration) {
  std::set<std::string> found;
  for (const auto& word : enumeration) {
    if (word.is_string()) found.insert(word.get<std::string>());
  }
  return found;
}

}  // namespace

TEST_CASE("every record is read back as it was written", "[property]") {
  for (const Record& record : sample_records()) {
    const std::string line = json_line(record);
    CHECK(json_line(parse_json_line(line)) == line);
  }
}

TEST_CASE("numbers are read back to the last bit", "[property]") {
  const auto seed = GENERATE(take(20, random(1, 1 << 30)));
  CAPTURE(seed);
  std::mt19937_64 numbers(static_cast<unsigned>(seed));
  const auto any_number = [&numbers] {
    const auto exponent = static_cast<int>(numbers() % 2000) - 1050;
    return std::ldexp(static_cast<double>(numbers() >> 11), exponent - 52);
  };
  Result result = sample_result();
  result.score->ulp =
      UlpSummary{any_number(), any_number(), any_number(), any_number(), -any_number()};
  result.score->worst.front().actual = any_number();
  const Record read = parse_json_line(json_line(result));
  const Score& score = *std::get<Result>(read).score;
  CHECK(score.ulp->max == result.score->ulp->max);
  CHECK(score.ulp->mean == result.score->ulp->mean);
  CHECK(score.ulp->p50 == result.score->ulp->p50);
  CHECK(score.ulp->p99 == result.score->ulp->p99);
  CHECK(score.ulp->bias == result.score->ulp->bias);
  CHECK(score.worst.front().actual == result.score->worst.front().actual);
}

TEST_CASE("a negative zero, a subnormal and a NaN element come back") {
  const Record read = parse_json_line(json_line(sample_result()));
  const std::vector<WorstElement>& worst = std::get<Result>(read).score->worst;
  CHECK(worst[0].actual == -0x1p-1074);
  CHECK(std::isnan(worst[1].expected));
  CHECK(std::signbit(worst[1].actual));
}

TEST_CASE("whether a score passes is read from the verdict") {
  Result result = sample_result();
  CHECK_FALSE(std::get<Result>(parse_json_line(json_line(result))).score->passes);
  result.verdict = Verdict::unexpected_pass;
  result.actual = Verdict::pass;
  CHECK(std::get<Result>(parse_json_line(json_line(result))).score->passes);
}

TEST_CASE("a log of any bytes becomes valid JSON") {
  Result result = sample_result();
  result.log = std::string("\xff\xc3(\0\x1b \n\"", 8);
  const Record read = parse_json_line(json_line(result));
  CHECK(std::get<Result>(read).log ==
        std::string("\xef\xbf\xbd\xef\xbf\xbd(\0\x1b \n\"", 12));
}

TEST_CASE("a line that contradicts itself is neither written nor read") {
  Result result = sample_result();
  result.actual.reset();
  CHECK_THROWS_AS(json_line(result), std::invalid_argument);
  CHECK(refusal(line_with("/actual", "pass")) ==
        "result: known_failure cannot actually be pass");
  CHECK(refusal(line_with("/verdict", "pass")) ==
        "result: pass cannot have an actual verdict");
  CHECK(refusal(line_with("/actual", "crashed")) ==
        "result: crashed cannot have a score");
}

TEST_CASE("what is wrong with a line is said") {
  CHECK(refusal("") == "not JSON, from byte 1 on");
  CHECK(refusal("{\"type\": \"end\"") == "not JSON, from byte 15 on");
  CHECK(refusal("[]") == "line: expected an object");
  CHECK(refusal("{\"type\": \"case\"}") == "type: expected run, runner, result or end");
  CHECK(refusal("{\"type\": \"end\"}") == "end: no key 'verdicts'");
  CHECK(refusal(line_with("/surplus", 1)) == "result: unknown key 'surplus'");
  CHECK(refusal(line_with("/verdict", "maybe")) ==
        "result: verdict: expected a verdict");
  CHECK(refusal(line_with("/count", -1)) ==
        "result: count: expected a whole number, not below 0");
  CHECK(refusal(line_with("/count", 18446744073709551615U)) ==
        "result: count: expected a whole number, not below 0");
  CHECK(refusal(line_with("/count", nullptr)) ==
        "result: ulp: expected null, as count is");
  CHECK(refusal(line_with("/ulp/p99", "many")) ==
        "result: ulp: p99: expected a number, \"inf\", \"-inf\" or \"nan\"");
  CHECK(refusal(line_with("/worst/1/index", {1, "2"})) ==
        "result: worst[1]: index[1]: expected a whole number, not below 0");
  CHECK(refusal("{\"type\": 1e999}") == "a number that binary64 cannot hold");
  CHECK(refusal(std::string(100000, '[')).starts_with("not JSON"));
}

TEST_CASE("elements must be hex floats") {
  for (const char* word : {"0.5", "0x", "0x1p", "0x1.8p+1z", "+0x1p+0", "0x-1p+0",
                           "--0x1p+0", "0x1p+9999", "0xinf", "INF", ""}) {
    CAPTURE(word);
    CHECK(
        refusal(line_with("/worst/0/actual", word)) ==
        "result: worst[0]: actual: expected a hex float, \"inf\", \"-inf\" or \"nan\"");
  }
}

TEST_CASE("a file is appended to record by record") {
  const Tree tree;
  const fs::path file = tree.root() / "results.jsonl";
  const Record run = RunRecord{"0.1.0", "host", {}};
  {
    ResultsWriter writer(file);
    writer.write(run);
    CHECK(content(file) == json_line(run) + '\n');
  }
  ResultsWriter(file).write(sample_result());
  CHECK(content(file) == json_line(run) + '\n' + json_line(sample_result()) + '\n');
  CHECK(read_results(file).size() == 2);
}

TEST_CASE("a line that a killed run left unfinished is dropped and written over") {
  const Tree tree;
  const fs::path file = tree.root() / "results.jsonl";
  const std::string line = json_line(sample_result());
  std::ofstream(file) << line << '\n' << line.substr(0, line.size() / 2);
  CHECK(read_results(file).size() == 1);
  ResultsWriter(file).write(EndRecord{});
  const std::vector<Record> records = read_results(file);
  REQUIRE(records.size() == 2);
  CHECK(std::holds_alternative<EndRecord>(records[1]));
}

TEST_CASE("a faulty file is named with its line") {
  const Tree tree;
  const fs::path file = tree.root() / "results.jsonl";
  std::ofstream(file) << json_line(EndRecord{}) << "\n{}\n";
  try {
    static_cast<void>(read_results(file));
    FAIL("taken");
  } catch (const std::invalid_argument& error) {
    CHECK(error.what() == file.string() + ":2: line: no key 'type'");
  }
}

TEST_CASE("a file that cannot be opened is a filesystem_error") {
  const Tree tree;
  CHECK_THROWS_AS(read_results(tree.root() / "none"), fs::filesystem_error);
  CHECK_THROWS_AS(read_results(tree.root() / "."), fs::filesystem_error);
  CHECK_THROWS_AS(ResultsWriter(tree.root() / "no/such"), fs::filesystem_error);
  ResultsWriter full("/dev/full");
  CHECK_THROWS_AS(full.write(EndRecord{}), fs::filesystem_error);
}

TEST_CASE("the schema knows every name that the program knows") {
  std::ifstream stream(TRUENORM_RESULTS_SCHEMA);
  const auto schema = nlohmann::json::parse(stream);
  const auto& result = schema["$defs"]["result"]["properties"];
  std::set<std::string> known_verdicts;
  for (const Verdict verdict : verdicts()) known_verdicts.emplace(name(verdict));
  CHECK(words(result["verdict"]["enum"]) == known_verdicts);

  std::set<std::string> grades;
  for (const Grade grade : {Grade::correct, Grade::faithful, Grade::stable,
                            Grade::unstable, Grade::undecided}) {
    grades.emplace(name(grade));
  }
  CHECK(words(result["grade"]["enum"]) == grades);

  const std::set<std::string> dtypes = words(schema["$defs"]["dtype"]["enum"]);
  for (const Format& format : formats()) {
    CHECK(dtypes.contains(std::string(format.name)));
  }
  const std::set<std::string> ops = words(result["op"]["enum"]);
  const std::set<std::string> outputs = words(result["output"]["enum"]);
  for (const OperatorSpec& op : operators()) {
    CHECK(ops.contains(op.name));
    for (const OutputSpec& output : op.outputs) CHECK(outputs.contains(output.name));
  }
  for (const std::string& direction : words(result["direction"]["enum"])) {
    CHECK(find_direction(direction).has_value());
  }
}

}  // namespace truenorm
