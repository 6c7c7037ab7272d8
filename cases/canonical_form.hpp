// SPDX-License-Identifier: Apache-2.0
// The one way in which a case file is laid out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace truenorm {

/// The comment by which editors find the schema of a file; empty without one.
[[nodiscard]] std::string editor_line(std::string_view schema);

/// A case file with the same meaning, comments and values, in canonical form: the line for
/// editors first, the keys of the file, of its defaults and of each case in the order of
/// `case_keys`, no space at the end of a line, no two empty lines together, and a line
/// feed at the end of each line. A comment stays with what it stands before or beside.
///
/// values   yaml reads without errors; `schema` is the path of the schema as the file is
///          to give it, empty for none
/// result   none if the layout cannot be changed without a change of meaning, as where
///          lines of a block scalar end in spaces
[[nodiscard]] std::optional<std::string> canonical_form(std::string_view yaml,
                                                        std::string_view schema);

}  // namespace truenorm
