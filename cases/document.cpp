// SPDX-License-Identifier: Apache-2.0
// Builds the tree from yaml-cpp's events, which come with a mark and before any limit
// is exceeded.
#include "cases/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>

#include "cases/utf8.hpp"

namespace truenorm {
namespace {

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

Node node_at(const YAML::Mark& mark, Node::Kind kind) {
  Node node;
  node.kind = kind;
  node.position = position_of(mark);
  return node;
}

constexpr const char* no_anchors =
    "anchors and aliases are not part of the case language";

/// The place of a byte of the text.
Position position_in(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const std::size_t line_break = before.rfind('\n');
  const std::size_t line_begin =
      line_break == std::string_view::npos ? 0 : line_break + 1;
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(byte - line_begin) + 1};
}

/// YAML allows none but these, and a terminal obeys the others.
bool is_forbidden_control(char c) {
  const auto code = static_cast<unsigned char>(c);
  return (code < ' ' && c != '\t' && c != '\n' && c != '\r') || code == 0x7F;
}

/// The text with its control characters as escapes.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
      line += fmt::format("\\x{:02x}", static_cast<int>(c));
    } else {
      line += c;
    }
  }
  return line;
}

/// Ends the parsing: what follows could not be read in any useful way.
struct Unreadable {
  Position position;
  std::string message;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view yaml, Problems& problems)
      : yaml_(yaml), problems_(problems) {}

  [[nodiscard]] Node take_root() { return std::move(root_); }
  [[nodiscard]] bool has_aliases() const { return has_aliases_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_anchor(mark, anchor);
    Node node = node_at(mark, Node::Kind::null);
    // yaml-cpp gives what is absent the place of the next token; its key or dash is nearer.
    if (is_value_due()) {
      node.position = open_.back().key_position;
    } else if (const auto dash = dash_before(mark)) {
      node.position = *dash;
    }
    place(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    problems_.add(position_of(mark), no_anchors);
    has_aliases_ = true;
    place(node_at(mark, Node::Kind::null));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_anchor(mark, anchor);
    check_tag(mark, tag);
    Node node = node_at(mark, Node::Kind::scalar);
    node.text = value;
    node.is_quoted = tag == "!";
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    std::optional<std::string> key;  ///< of a map: the key whose value comes next
    Position key_position;
    std::unordered_map<std::string, Position> keys;
  };

  [[nodiscard]] bool is_value_due() const {
    return !open_.empty() && open_.back().key.has_value();
  }

  /// The place of the '-' whose item is absent, where nothing but space follows it.
  [[nodiscard]] std::optional<Position> dash_before(const YAML::Mark& mark) const {
    if (open_.empty() || mark.is_null() || mark.pos <= 0) return std::nullopt;
    const auto next = static_cast<std::size_t>(mark.pos);
    // The comment behind the text is its last letter.
    const std::size_t end = std::min(next, yaml_.size() - 1);
    const std::size_t last = yaml_.substr(0, end).find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos || yaml_[last] != '-') return std::nullopt;
    // From the mark backwards: counting from the file's start would take its time for
    // each of very many.
    const std::string_view between = yaml_.substr(last, next - last);
    const auto breaks = std::count(between.begin(), between.end(), '\n');
    if (breaks == 0)
      return Position{mark.line + 1,
                      mark.column + 1 - (mark.pos - static_cast<int>(last))};
    const std::size_t line_break = yaml_.rfind('\n', last);
    const std::size_t line_begin =
        line_break == std::string_view::npos ? 0 : line_break + 1;
    return Position{mark.line + 1 - static_cast<int>(breaks),
                    static_cast<int>(last - line_begin) + 1};
  }

  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) problems_.add(position_of(mark), no_anchors);
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.add(
        position_of(mark),
        fmt::format("the tag {} is not part of the case language", quotation(tag)));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    check_anchor(mark, anchor);
    check_tag(mark, tag);
    if (static_cast<int>(open_.size()) >= deepest_nesting) {
      throw Unreadable{position_of(mark),
                       fmt::format("nested deeper than {} levels", deepest_nesting)};
    }
    if (is_key_due()) {
      throw Unreadable{position_of(mark),
                       fmt::format("a key must be a word, not {}",
                                   description(node_at(mark, kind)))};
    }
    Open opened;
    opened.node = node_at(mark, kind);
    open_.push_back(std::move(opened));
  }

  [[nodiscard]] bool is_key_due() const {
    return !open_.empty() && open_.back().node.kind == Node::Kind::map &&
           !open_.back().key;
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  void place(Node node) {
    if (++node_count_ > largest_node_count) {
      throw Unreadable{node.position,
                       fmt::format("more than {} nodes", largest_node_count)};
    }
    if (problems_.are_too_many()) throw Unreadable{node.position, too_many_errors};
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (is_key_due()) {
      take_key(std::move(node));
    } else if (Open& parent = open_.back(); parent.node.kind == Node::Kind::map) {
      // The first of two equal keys stays; the second was reported.
      if (parent.keys.emplace(*parent.key, parent.key_position).second) {
        parent.node.entries.push_back(
            {std::move(*parent.key), parent.key_position, std::move(node)});
      }
      parent.key.reset();
    } else {
      parent.node.items.push_back(std::move(node));
    }
  }

  void take_key(Node node) {
    if (node.kind != Node::Kind::scalar) {
      throw Unreadable{node.position,
                       fmt::format("a key must be a word, not {}", description(node))};
    }
    Open& parent = open_.back();
    if (parent.keys.size() == largest_key_count) {
      throw Unreadable{node.position,
                       fmt::format("a map of more than {} keys", largest_key_count)};
    }
    if (const auto earlier = parent.keys.find(node.text);
        earlier != parent.keys.end()) {
      problems_.add(node.position,
                    fmt::format("the key {} stands already at line {}",
                                quotation(node.text), earlier->second.line));
    }
    parent.key_position = node.position;
    parent.key = std::move(node.text);
  }

  std::string_view yaml_;
  Problems& problems_;
  Node root_;
  bool has_aliases_ = false;
  std::vector<Open> open_;
  std::size_t node_count_ = 0;
};

/// Whether the bytes can be text; yaml-cpp would guess an encoding.
bool check_encoding(std::string_view yaml, Problems& problems) {
  if (yaml.starts_with("\xEF\xBB\xBF")) {
    problems.add({}, "the file starts with a byte order mark; save it without one");
    return false;
  }
  if (const auto broken = first_not_utf8(yaml)) {
    problems.add(position_in(yaml, *broken),
                 "this is no UTF-8; save the file in that encoding");
    return false;
  }
  const auto control = std::find_if(yaml.begin(), yaml.end(), is_forbidden_control);
  if (control != yaml.end()) {
    problems.add(
        position_in(yaml, static_cast<std::size_t>(control - yaml.begin())),
        fmt::format("a control character stands here, U+{:04X}",
                    static_cast<unsigned>(static_cast<unsigned char>(*control))));
    return false;
  }
  return true;
}

struct Wording {
  std::string_view of_parser;
  std::string_view of_ours;
};

/// What yaml-cpp says, in words that name the mistake.
const std::array wordings{
    Wording{YAML::ErrorMsg::MAP_VALUE,
            "a ':' where no key can stand: is the line indented right, and a text that "
            "holds ': ' quoted?"},
    Wording{YAML::ErrorMsg::BLOCK_ENTRY, "a '- ' where no item of a list can stand"},
    Wording{YAML::ErrorMsg::END_OF_MAP,
            "this does not continue the map above: are the indentation, and the quotes "
            "before it, right?"},
    Wording{
        YAML::ErrorMsg::END_OF_SEQ,
        "this does not continue the list above: are the indentation, and the quotes "
        "before it, right?"},
    Wording{YAML::ErrorMsg::END_OF_MAP_FLOW,
            "a '{' is not closed before this, or a ',' is missing"},
    Wording{YAML::ErrorMsg::END_OF_SEQ_FLOW,
            "a '[' is not closed before this, or a ',' is missing"},
    Wording{YAML::ErrorMsg::FLOW_END, "this bracket closes none that is open"},
    Wording{YAML::ErrorMsg::EOF_IN_SCALAR, "the file ends within a quoted text"},
    Wording{YAML::ErrorMsg::DOC_IN_SCALAR, "the document ends within a quoted text"},
    Wording{YAML::ErrorMsg::UNKNOWN_TOKEN,
            "no text can begin with this character; it needs quotes"},
    Wording{YAML::ErrorMsg::INVALID_HEX, "an escape needs hexadecimal digits here"},
    Wording{YAML::ErrorMsg::CHAR_IN_BLOCK,
            "'|' and '>' begin a text on the lines below; this one needs quotes"},
};

/// What is wrong at a place where yaml-cpp gave up.
Problem not_yaml(const YAML::Exception& error, std::string_view yaml) {
  if (error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
    return {position_of(error.mark), no_anchors};
  }
  Position position = position_of(error.mark);
  if (!error.mark.is_null()) {
    // The end of the file is told where its last letter stands.
    const auto place = static_cast<std::size_t>(std::max(error.mark.pos, 0));
    const std::size_t last = yaml.find_last_not_of(" \t\r\n");
    if (place >= yaml.size()) {
      position = last == std::string_view::npos ? Position{} : position_in(yaml, last);
    } else {
      const std::size_t line = yaml.rfind('\n', place == 0 ? 0 : place - 1) + 1;
      const std::size_t text = yaml.find_first_not_of(" \t", line);
      const std::size_t tab = yaml.find('\t', line);
      if (tab < text) {
        return {position_in(yaml, tab), "not YAML: a tab indents; use spaces"};
      }
    }
  }
  const auto* wording =
      std::find_if(wordings.begin(), wordings.end(),
                   [&](const Wording& w) { return w.of_parser == error.msg; });
  return {position,
          "not YAML: " + (wording == wordings.end() ? one_line(error.msg)
                                                    : std::string(wording->of_ours))};
}

}  // namespace

std::string quotation(std::string_view text) {
  constexpr std::size_t longest = 60;
  const bool is_cut = text.size() > longest;
  const std::string_view shown =
      text.substr(0, utf8_prefix(text, is_cut ? longest - 3 : longest));
  return fmt::format("'{}{}'", one_line(shown), is_cut ? "..." : "");
}

std::string description(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return quotation(node.text);
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

std::optional<Node> parse_document(std::string_view yaml, Problems& problems) {
  if (yaml.size() > largest_file_bytes) {
    problems.add({}, fmt::format("the file is larger than {} MiB",
                                 largest_file_bytes / (1 << 20)));
    return std::nullopt;
  }
  if (!check_encoding(yaml, problems)) return std::nullopt;
  // yaml-cpp takes a quote that is never closed for closed where the file ends in a line
  // break; an empty comment behind it hides nothing and lets it notice.
  const std::string closed = std::string(yaml) + "\n#";
  std::istringstream stream{closed};
  TreeBuilder builder(closed, problems);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      problems.add({}, "the file is empty");
      return std::nullopt;
    }
    Node root = builder.take_root();
    TreeBuilder second(closed, problems);
    if (parser.HandleNextDocument(second)) {
      problems.add(second.take_root().position, "a case file is one YAML document");
      return std::nullopt;
    }
    if (root.kind == Node::Kind::null) {
      problems.add({}, "the file is empty");
      return std::nullopt;
    }
    // What stands in an alias's place is not what was meant, and not worth a word.
    if (builder.has_aliases()) return std::nullopt;
    return root;
  } catch (const Unreadable& unreadable) {
    problems.add(unreadable.position, unreadable.message);
  } catch (const YAML::Exception& error) {
    const Problem problem = not_yaml(error, yaml);
    problems.add(problem.position, problem.message);
  }
  return std::nullopt;
}

}  // namespace truenorm
