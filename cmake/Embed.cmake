# difftest_embed(TARGET FILE...): the files' bytes become part of the target, found by their file names
# (harness/report/embedded_text.hpp). The assembler takes them in as they are: no compile time, whatever their size.
function(difftest_embed TARGET)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${TARGET}_embedded.cpp")
  set(declarations "")
  set(entries "")
  set(number 0)
  foreach(file IN LISTS ARGN)
    get_filename_component(path "${file}" ABSOLUTE)
    get_filename_component(name "${file}" NAME)
    if(NOT EXISTS "${path}")
      message(FATAL_ERROR "${path}: is to be embedded, and is not there")
    endif()
    math(EXPR number "${number} + 1")
    string(APPEND declarations
      "__asm__(\".pushsection .rodata\\n\"\n"
      "        \"difftest_embedded_${number}: .incbin \\\"${path}\\\"\\n\"\n"
      "        \"difftest_embedded_${number}_end: .byte 0\\n\"\n"
      "        \".popsection\\n\");\n"
      "extern \"C\" const char difftest_embedded_${number}[];\n"
      "extern \"C\" const char difftest_embedded_${number}_end[];\n")
    string(APPEND entries
      "    if (name == \"${name}\") {\n"
      "        return {difftest_embedded_${number}, difftest_embedded_${number}_end};\n"
      "    }\n")
    set_property(SOURCE "${source}" APPEND PROPERTY OBJECT_DEPENDS "${path}")
  endforeach()
  file(CONFIGURE OUTPUT "${source}" CONTENT [=[#include "harness/report/embedded_text.hpp"

#include <stdexcept>
#include <string>

@declarations@
namespace difftest::harness {

std::string_view embedded_text(std::string_view name) {
@entries@    throw std::logic_error("no embedded file " + std::string(name));
}

}  // namespace difftest::harness
]=] @ONLY)
  target_sources(${TARGET} PRIVATE "${source}")
  set_property(SOURCE "${source}" PROPERTY SKIP_PRECOMPILE_HEADERS ON)
endfunction()
