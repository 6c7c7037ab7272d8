// SPDX-License-Identifier: Apache-2.0
// Builds the tree from yaml-cpp's events, which come with a mark and before any limit
// is exceeded.
#include "cases/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>

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

/// Ends the parsing: what follows could not be read in any useful way.
struct Unreadable {
  Position position;
  std::string message;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Problems& problems) : problems_(problems) {}

  [[nodiscard]] Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_anchor(mark, anchor);
    Node node = node_at(mark, Node::Kind::null);
    // yaml-cpp gives an absent value the place of the next token; its key is nearer.
    if (is_value_due()) node.position = open_.back().key_position;
    place(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    problems_.add(position_of(mark), no_anchors);
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
  static constexpr const char* no_anchors =
      "anchors and aliases are not part of the case language";

  struct Open {
    Node node;
    std::optional<std::string> key;  ///< of a map: the key whose value comes next
    Position key_position;
    std::unordered_map<std::string, Position> keys;
  };

  [[nodiscard]] bool is_value_due() const {
    return !open_.empty() && open_.back().key.has_value();
  }

  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) problems_.add(position_of(mark), no_anchors);
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.add(position_of(mark),
                  fmt::format("the tag '{}' is not part of the case language", tag));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    check_anchor(mark, anchor);
    check_tag(mark, tag);
    if (static_cast<int>(open_.size()) >= deepest_nesting) {
      throw Unreadable{position_of(mark),
                       fmt::format("nested deeper than {} levels", deepest_nesting)};
    }
    if (is_key_due()) throw Unreadable{position_of(mark), "a key must be a word"};
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
      throw Unreadable{node.position, "a key must be a word"};
    }
    Open& parent = open_.back();
    if (const auto earlier = parent.keys.find(node.text);
        earlier != parent.keys.end()) {
      problems_.add(node.position, fmt::format("the key '{}' stands already at line {}",
                                               node.text, earlier->second.line));
    }
    parent.key_position = node.position;
    parent.key = std::move(node.text);
  }

  Problems& problems_;
  Node root_;
  std::vector<Open> open_;
  std::size_t node_count_ = 0;
};

/// Whether the bytes can be text; yaml-cpp would guess an encoding.
bool check_encoding(std::string_view yaml, Problems& problems) {
  if (yaml.starts_with("\xEF\xBB\xBF")) {
    problems.add({}, "the file starts with a byte order mark; save it without one");
    return false;
  }
  if (yaml.starts_with("\xFE\xFF") || yaml.starts_with("\xFF\xFE") ||
      yaml.find('\0') != std::string_view::npos) {
    problems.add({}, "the file is not UTF-8 text");
    return false;
  }
  return true;
}

}  // namespace

std::string description(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      if (node.text.size() > 60) return fmt::format("'{}...'", node.text.substr(0, 57));
      return fmt::format("'{}'", node.text);
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
  std::istringstream stream{std::string(yaml)};
  TreeBuilder builder(problems);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      problems.add({}, "the file is empty");
      return std::nullopt;
    }
    Node root = builder.take_root();
    TreeBuilder second(problems);
    if (parser.HandleNextDocument(second)) {
      problems.add(second.take_root().position, "a case file is one YAML document");
      return std::nullopt;
    }
    if (root.kind == Node::Kind::null) {
      problems.add({}, "the file is empty");
      return std::nullopt;
    }
    return root;
  } catch (const Unreadable& unreadable) {
    problems.add(unreadable.position, unreadable.message);
  } catch (const YAML::Exception& error) {
    problems.add(position_of(error.mark), "not YAML: " + error.msg);
  }
  return std::nullopt;
}

}  // namespace truenorm
