// SPDX-License-Identifier: Apache-2.0
// The only file that knows Catch2 v2 from v3.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
