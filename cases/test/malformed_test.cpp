// SPDX-License-Identifier: Apache-2.0
// The malformed files of malformed/, each named after its mistake, and the errors that
// expected.txt wants of them: all of a file's, with their places.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "cases/case_reader.hpp"
#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

const fs::path malformed_folder = TRUENORM_MALFORMED_FOLDER;
const fs::path received_folder = TRUENORM_RECEIVED_FOLDER;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  REQUIRE(stream);
  return text.str();
}

using Texts = std::map<std::string, std::string>;

/// By file name. The ending keeps them out of a folder of cases that is run.
const Texts& malformed_texts() {
  static const Texts texts = [] {
    Texts read;
    for (const auto& entry : fs::directory_iterator(malformed_folder)) {
      if (entry.path().extension() != ".yml") continue;
      std::string text;
      std::ifstream stream(entry.path(), std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(stream), {});
      read.emplace(entry.path().filename().string(), std::move(text));
    }
    return read;
  }();
  return texts;
}

/// The lines of expected.txt by the file that they begin with.
Texts expected_errors() {
  Texts expected;
  std::istringstream lines(contents(malformed_folder / "expected.txt"));
  for (std::string line; std::getline(lines, line);) {
    expected[line.substr(0, line.find(':'))] += line + "\n";
  }
  return expected;
}

Reading read_named(const std::string& name, const std::string& text) {
  return read_cases(text, name, name, {.folder = TRUENORM_MALFORMED_FOLDER});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Whether the work ends within the limits; a hang or a bomb ends the child alone.
bool ends_within_limits(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    // Seconds of computing, far above what any of this needs; the sanitizers need more.
#ifdef __SANITIZE_ADDRESS__
    const rlimit seconds{600, 600};
    setrlimit(RLIMIT_CPU, &seconds);
#else
    const rlimit seconds{60, 60};
    setrlimit(RLIMIT_CPU, &seconds);
    const rlimit bytes{rlim_t{2} << 30, rlim_t{2} << 30};
    setrlimit(RLIMIT_AS, &bytes);
#endif
    try {
      work();
    } catch (...) {
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("a malformed file gets the errors that are expected of it, and no other") {
  const Texts expected = expected_errors();
  REQUIRE(malformed_texts().size() >= 200);
  std::string received;
  for (const auto& [file, text] : malformed_texts()) {
    CAPTURE(file);
    const std::string errors = complaints(read_named(file, text));
    received += errors;
    const auto wanted = expected.find(file);
    CHECK(errors == (wanted == expected.end() ? "" : wanted->second));
    CHECK_FALSE(errors.empty());
  }
  for (const auto& [file, errors] : expected) {
    CAPTURE(file);
    CHECK(malformed_texts().count(file) == 1);
  }
  // To accept a change, copy this file over expected.txt and read the difference.
  fs::create_directories(received_folder);
  std::ofstream(received_folder / "expected.txt", std::ios::binary) << received;
}

TEST_CASE("every error has a place within its file") {
  for (const auto& [file, text] : malformed_texts()) {
    const std::vector<std::string> lines = lines_of(text);
    for (const Diagnostic& diagnostic : read_named(file, text).diagnostics) {
      CAPTURE(truenorm::text(diagnostic));
      CHECK(diagnostic.severity == Severity::error);
      REQUIRE(diagnostic.place.line >= 1);
      REQUIRE(diagnostic.place.column >= 1);
      const auto line = static_cast<std::size_t>(diagnostic.place.line);
      CHECK(line <= std::max<std::size_t>(lines.size(), 1));
      if (line > lines.size()) continue;
      CHECK(static_cast<std::size_t>(diagnostic.place.column) <=
            lines[line - 1].size() + 1);
    }
  }
}

TEST_CASE("an error is one line of printable text") {
  for (const auto& [file, text] : malformed_texts()) {
    for (const Diagnostic& diagnostic : read_named(file, text).diagnostics) {
      CAPTURE(truenorm::text(diagnostic));
      CHECK(std::none_of(diagnostic.message.begin(), diagnostic.message.end(),
                         [](unsigned char c) { return c < ' ' || c == 0x7F; }));
      CHECK(diagnostic.message.size() < 300);
    }
  }
}

TEST_CASE("a malformed file takes little time and memory") {
  for (const auto& [file, text] : malformed_texts()) {
    CAPTURE(file);
    CHECK(ends_within_limits([&, &file = file, &text = text] {
      static_cast<void>(read_named(file, text));
    }));
  }
}

TEST_CASE("a misspelt key is told the nearest known one") {
  for (const std::string_view key : case_keys()) {
    const std::string word(key);
    std::string swapped = word;
    std::swap(swapped[word.size() - 2], swapped[word.size() - 1]);
    for (const std::string& misspelt :
         {word + "s", word.substr(0, word.size() - 1), swapped}) {
      CAPTURE(misspelt);
      CHECK(complaints(read(case_file(misspelt + ": 1"))) ==
            fmt::format("f.yaml:5:3: error: unknown key '{}'; did you mean '{}'?\n",
                        misspelt, word));
    }
  }
}

TEST_CASE("a large file takes limited time and memory") {
  const std::string head =
      "truenorm: 1\ndefaults: {op: layer_norm, dtype: float32, inputs: {x: 1}}\n";
  // All below the 16 MiB that are refused at once.
  const Texts files{
      {"half a million aliases",
       "truenorm: 1\nsuite: &a b\ncases: [" + repeated("*a,", 500'000) + "]\n"},
      {"an unknown key in each of very many cases",
       head + "cases: [" + repeated("{k: 0},", 150'000) + "]\n"},
      {"a map of very many keys",
       [] {
         std::string text = "truenorm: 1\ndefaults: {";
         for (int i = 0; i < 400'000; ++i) text += fmt::format("k{}: 0, ", i);
         return text + "}\ncases: []\n";
       }()},
      {"very many outputs",
       [&] {
         std::string text = head + "cases:\n- case: a\n  outputs: [";
         for (int i = 0; i < 300'000; ++i) text += fmt::format("o{},", i);
         return text + "]\n";
       }()},
      {"many nameless cases over a large default",
       "truenorm: 1\ndefaults: {op: layer_norm, dtype: float32, inputs: {x: [" +
           repeated("0.1,", 200'000) + "]}}\ncases: [" + repeated("{},", 200'000) +
           "]\n"},
      {"many cases over a long default text",
       [] {
         std::string text =
             "truenorm: 1\ndefaults: {op: layer_norm, dtype: [float32, "
             "float16], inputs: {x: 1}, about: " +
             std::string(1'000'000, 'a') + "}\ncases:\n";
         for (int i = 0; i < 100'000; ++i) text += fmt::format("- case: c{}\n", i);
         return text;
       }()},
      {"as many cases as nodes allow",
       [&] {
         std::string text =
             "truenorm: 1\ndefaults: {op: layer_norm, dtype: [float64, float32, "
             "float16], direction: [forward, vjp], inputs: {x: 1, dy: 1}}\ncases:\n";
         for (int i = 0; i < 330'000; ++i) text += fmt::format("- case: c{}\n", i);
         return text;
       }()},
      {"many long unknown mutants in the defaults of many cases",
       [] {
         std::string text =
             "truenorm: 1\ndefaults: {op: layer_norm, dtype: float32, "
             "inputs: {x: 1}, catches: [";
         for (int i = 0; i < 1000; ++i) text += fmt::format("{:070},", i) + "x,";
         return text + "]}\ncases: [" + repeated("{},", 300'000) + "]\n";
       }()},
      {"very many empty items", head + "cases:\n" + repeated("-\n", 500'000)},
      {"a quoted text without an end", head + "suite: \"" + repeated("a\n", 1'000'000)},
      {"brackets without an end", head + "cases: " + repeated("[", 2'000'000)},
  };
  for (const auto& [what, text] : files) {
    CAPTURE(what);
    CHECK(ends_within_limits([&text = text] {
      const Reading reading = read_cases(text, "f.yaml", "f.yaml");
      const bool is_refused =
          reading.has_errors() && reading.diagnostics.size() <= 2000;
      if (!is_refused) throw std::runtime_error("accepted, or told at length");
    }));
  }
}

}  // namespace
}  // namespace truenorm
