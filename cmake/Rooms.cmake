# A room is a folder with one CMake target. Its headers are reachable only through its target: each target gets an
# include folder that holds a link to its own source folder and nothing else, so that including the header of a room
# that is not among DEPENDS (or their public dependencies) does not compile. tests: cmake/forbidden_arrows.

# difftest_room(NAME FOLDER reference/graph SOURCES a.cpp ... [DEPENDS room ...] [PRIVATE_DEPENDS room|library ...]
#               [TESTS a_test.cpp ...] [TEST_DEPENDS ...])
function(difftest_room NAME)
  cmake_parse_arguments(ROOM "" "FOLDER" "SOURCES;DEPENDS;PRIVATE_DEPENDS;TESTS;TEST_DEPENDS" ${ARGN})
  set(view "${CMAKE_BINARY_DIR}/include/${NAME}")
  get_filename_component(parent "${ROOM_FOLDER}" DIRECTORY)
  file(MAKE_DIRECTORY "${view}/${parent}")
  if(NOT EXISTS "${view}/${ROOM_FOLDER}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${ROOM_FOLDER}" "${view}/${ROOM_FOLDER}" SYMBOLIC)
  endif()
  if(ROOM_SOURCES)
    add_library(difftest_${NAME} STATIC ${ROOM_SOURCES})
    target_include_directories(difftest_${NAME} PUBLIC "${view}")
    target_link_libraries(difftest_${NAME} PUBLIC ${ROOM_DEPENDS} PRIVATE ${ROOM_PRIVATE_DEPENDS})
    difftest_precompile(difftest_${NAME} library)
  else()
    add_library(difftest_${NAME} INTERFACE)
    target_include_directories(difftest_${NAME} INTERFACE "${view}")
    target_link_libraries(difftest_${NAME} INTERFACE ${ROOM_DEPENDS})
  endif()
  add_library(difftest::${NAME} ALIAS difftest_${NAME})
  if(DIFFTEST_TESTS AND ROOM_TESTS)
    difftest_test(${NAME}_test SOURCES ${ROOM_TESTS} DEPENDS difftest::${NAME} ${ROOM_DEPENDS} ${ROOM_PRIVATE_DEPENDS}
                  ${ROOM_TEST_DEPENDS})
  endif()
endfunction()

# difftest_test(NAME SOURCES ... DEPENDS ...): one GoogleTest program, every test of it a ctest test.
function(difftest_test NAME)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${NAME} ${TEST_SOURCES})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests" DIFFTEST_IS_TEST ON)
  target_link_libraries(${NAME} PRIVATE ${TEST_DEPENDS} GTest::gmock GTest::gtest_main)
  # In a header, not on the command line: only the tests that include it then depend on where the tree is.
  set(paths "${CMAKE_BINARY_DIR}/include/test_paths")
  file(CONFIGURE OUTPUT "${paths}/test_paths.hpp" CONTENT [=[#pragma once
#define DIFFTEST_SOURCE_DIR "@PROJECT_SOURCE_DIR@"
#define DIFFTEST_BINARY_DIR "@CMAKE_BINARY_DIR@"
]=] @ONLY)
  target_include_directories(${NAME} PRIVATE "${paths}")
  # Only what is under test needs all optimizations; tests are half of what there is to compile.
  target_compile_options(${NAME} PRIVATE $<$<CONFIG:Release>:-Og>)
  difftest_precompile(${NAME} test)
  # Each build has its own temporary files, so that two may run their tests at the same time.
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/tests/temporary")
  gtest_discover_tests(${NAME} DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT 300 ENVIRONMENT "TEST_TMPDIR=${CMAKE_BINARY_DIR}/tests/temporary")
endfunction()

# difftest_precompile(TARGET library|test): takes the headers of others from a precompiled header, when that is asked for. A
# build without must work, too (scripts/tidy reads every file without one): it shows what a file forgot to include.
option(DIFFTEST_PRECOMPILED_HEADERS "Compile the headers of libraries once" OFF)
function(difftest_precompile TARGET KIND)
  if(NOT DIFFTEST_PRECOMPILED_HEADERS)
    return()
  endif()
  get_property(options DIRECTORY PROPERTY COMPILE_OPTIONS)
  if(KIND STREQUAL "library" AND "${options}" MATCHES "-O1|-Og")
    set(KIND quick_library)  # another optimization, another header
  endif()
  set(owner difftest_${KIND}_headers)
  if(NOT TARGET ${owner})
    set(headers <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory> <optional> <set> <span>
                <string> <string_view> <utility> <variant> <vector> <fmt/format.h> <fmt/ranges.h>)
    file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/${owner}.cpp" CONTENT "")
    add_library(${owner} OBJECT "${CMAKE_BINARY_DIR}/${owner}.cpp")
    target_link_libraries(${owner} PRIVATE fmt::fmt)
    set_target_properties(${owner} PROPERTIES DIFFTEST_IS_TEST ON)  # it is no room: cmake/forbidden_arrows
    if(KIND STREQUAL "test")
      target_link_libraries(${owner} PRIVATE GTest::gmock)
      target_compile_options(${owner} PRIVATE $<$<CONFIG:Release>:-Og>)
      list(APPEND headers <gmock/gmock.h> <gtest/gtest.h>)
    endif()
    target_precompile_headers(${owner} PRIVATE ${headers})
  endif()
  target_precompile_headers(${TARGET} REUSE_FROM ${owner})
endfunction()

# difftest_interface(NAME HEADER path/file.hpp DEPENDS room ...): a single public header as a target of its own.
function(difftest_interface NAME)
  cmake_parse_arguments(INTERFACE "" "HEADER" "DEPENDS" ${ARGN})
  set(view "${CMAKE_BINARY_DIR}/include/${NAME}")
  get_filename_component(parent "${INTERFACE_HEADER}" DIRECTORY)
  file(MAKE_DIRECTORY "${view}/${parent}")
  if(NOT EXISTS "${view}/${INTERFACE_HEADER}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${INTERFACE_HEADER}" "${view}/${INTERFACE_HEADER}" SYMBOLIC)
  endif()
  add_library(difftest_${NAME} INTERFACE)
  target_include_directories(difftest_${NAME} INTERFACE "${view}")
  target_link_libraries(difftest_${NAME} INTERFACE ${INTERFACE_DEPENDS})
  add_library(difftest::${NAME} ALIAS difftest_${NAME})
endfunction()

# difftest_targets(RESULT FOLDER): all targets that FOLDER and the folders below it have defined.
function(difftest_targets RESULT FOLDER)
  get_property(all DIRECTORY "${FOLDER}" PROPERTY BUILDSYSTEM_TARGETS)
  get_property(subfolders DIRECTORY "${FOLDER}" PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    difftest_targets(below "${subfolder}")
    list(APPEND all ${below})
  endforeach()
  set(${RESULT} ${all} PARENT_SCOPE)
endfunction()
