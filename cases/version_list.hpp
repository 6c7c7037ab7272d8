// SPDX-License-Identifier: Apache-2.0
// Lists of version comparisons, such as ">=2.1,<2.14".
#pragma once

#include <string_view>

namespace truenorm {

/// Whether `version` fulfils every comparison of the list.
///
/// values   versions compare by their numeric components, absent ones counting as 0;
///          what follows a '+' (2.13.0+cpu), and from the first component that does not
///          begin with a digit on (2.4.0.dev1, 2.4rc1 after the 4), is ignored
/// result   false for a version without a leading number, or a list that is none
[[nodiscard]] bool version_matches(std::string_view version, std::string_view list);

/// Whether `text` is such a list.
[[nodiscard]] bool is_version_list(std::string_view text);

}  // namespace truenorm
