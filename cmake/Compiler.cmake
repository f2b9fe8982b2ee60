# How everything is compiled. Numeric code must not contract a*b+c nor reorder: see CONTRIBUTING.md, "Arithmetic".
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

add_compile_options(-ffp-contract=off -fno-fast-math -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wold-style-cast -Wimplicit-fallthrough)

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(DIFFTEST_CCACHE ccache)
  if(DIFFTEST_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${DIFFTEST_CCACHE}")
  endif()
endif()

# GCC collects its garbage at sizes that were large once: without, 3 % less time for at most 1 GiB in each compiler.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options("SHELL:--param ggc-min-heapsize=1048576")
endif()

# GCC 12 reports overlapping copies inside std::string operators that cannot happen (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-unknown-warning-option -Wno-restrict)  # the first is for clang-tidy, which reads these flags
endif()

# GCC 12's vectorizer of straight-line code drops the rounding of a pair of doubles to float and back (wrong code at -O2;
# GCC 14 is right). reference/quantize/rounding_test.cpp watches it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  add_compile_options(-fno-tree-slp-vectorize)
endif()

option(DIFFTEST_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
if(DIFFTEST_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
  # With precompiled headers GCC 12 inlines std::string otherwise and sees copies of impossible lengths in it (of the family of GCC
  # bug 105651): warnings there, errors in a build without.
  if(DIFFTEST_PRECOMPILED_HEADERS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-error=array-bounds -Wno-error=stringop-overflow -Wno-error=stringop-overread)
  endif()
endif()

set(DIFFTEST_SANITIZERS "" CACHE STRING "Sanitizers for everything, such as address,undefined")
if(DIFFTEST_SANITIZERS)
  add_compile_options(-fsanitize=${DIFFTEST_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DIFFTEST_SANITIZERS})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # takes a member of std::regex for uninitialized (GCC bug 105562)
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  # These four double the time to compile; AddressSanitizer and the hardware report most of what they find.
  option(DIFFTEST_EVERY_UNDEFINED_CHECK "UndefinedBehaviorSanitizer also checks null, alignment, object-size and vptr" OFF)
  if(DIFFTEST_SANITIZERS MATCHES "undefined" AND NOT DIFFTEST_EVERY_UNDEFINED_CHECK)
    add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
  endif()
endif()
