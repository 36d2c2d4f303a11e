# Everything below resources/ and the drawing styles of @dicebear/styles, inside the binary: one
# assembler file that includes the bytes and a table of names, read through core/resources.hpp.
file(GLOB_RECURSE MEDUSA_RESOURCE_FILES CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/resources"
  "${CMAKE_SOURCE_DIR}/resources/*")
list(SORT MEDUSA_RESOURCE_FILES)

# A program without its content policy must not come into being.
foreach(list sexual minors maybe_minors risky_with_minors harm real_people degrading
    unsafe_negatives safety_negatives)
  if(NOT "policy/${list}.txt" IN_LIST MEDUSA_RESOURCE_FILES)
    message(FATAL_ERROR "resources/policy/${list}.txt is missing")
  endif()
  file(STRINGS "${CMAKE_SOURCE_DIR}/resources/policy/${list}.txt" entries
    REGEX "^[^#~]" LIMIT_COUNT 1)
  if(NOT entries)
    message(FATAL_ERROR "resources/policy/${list}.txt has no entry")
  endif()
endforeach()
set(MEDUSA_DICEBEAR "${MEDUSA_DEPS}/npm/node_modules/@dicebear/styles/dist")
set(MEDUSA_DICEBEAR_STYLES lorelei toon-head)

set(embed_asm ".section .note.GNU-stack,\"\",@progbits\n.section .rodata\n")
set(embed_decl "")
set(embed_rows "")
set(embed_paths "")
set(embed_count 0)

macro(medusa_embed name path)
  string(APPEND embed_asm
    ".global medusa_res_${embed_count}\n.global medusa_res_${embed_count}_end\n"
    "medusa_res_${embed_count}:\n.incbin \"${path}\"\nmedusa_res_${embed_count}_end:\n.byte 0\n")
  string(APPEND embed_decl "extern const char medusa_res_${embed_count}[];\n"
    "extern const char medusa_res_${embed_count}_end[];\n")
  string(APPEND embed_rows
    "    {\"${name}\", medusa_res_${embed_count}, medusa_res_${embed_count}_end},\n")
  list(APPEND embed_paths "${path}")
  math(EXPR embed_count "${embed_count} + 1")
endmacro()

foreach(file IN LISTS MEDUSA_RESOURCE_FILES)
  medusa_embed("${file}" "${CMAKE_SOURCE_DIR}/resources/${file}")
endforeach()
foreach(style IN LISTS MEDUSA_DICEBEAR_STYLES)
  medusa_embed("dicebear/${style}.json" "${MEDUSA_DICEBEAR}/${style}.min.json")
endforeach()

set(embed_s "${CMAKE_BINARY_DIR}/embedded.S")
set(embed_cpp "${CMAKE_BINARY_DIR}/embedded.cpp")
file(CONFIGURE OUTPUT "${embed_s}" CONTENT "${embed_asm}" @ONLY)
file(CONFIGURE OUTPUT "${embed_cpp}" CONTENT "#include \"core/resources.hpp\"
extern \"C\" {
${embed_decl}}
namespace medusa::detail {
const embedded_file embedded_files[] = {
${embed_rows}};
const std::size_t embedded_file_count = ${embed_count};
}  // namespace medusa::detail
" @ONLY)
add_library(medusa_embedded OBJECT "${embed_s}" "${embed_cpp}")
target_include_directories(medusa_embedded PRIVATE "${CMAKE_SOURCE_DIR}/src")
set_source_files_properties("${embed_s}" PROPERTIES OBJECT_DEPENDS "${embed_paths}")
