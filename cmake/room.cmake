# The target `tests` builds what scripts/test runs in a preset: in dev the rooms' own tests, in tsan
# those of the rooms with threads, in release the program and what tests/ adds for it.
add_custom_target(tests)

# medusa_room(name [THREADS] [DEPENDS target...] [TEST_DEPENDS target...])
#
# A folder of src/ ("domain", "engine/sketch", ...) becomes the library medusa_<name> of all its
# .cpp files, and its *_test.cpp files become one ctest of the same name with the label "unit".
# With THREADS, several threads or processes meet in it: its tests run in the tsan preset as well.
function(medusa_room name)
  cmake_parse_arguments(ROOM "THREADS" "" "DEPENDS;TEST_DEPENDS" ${ARGN})
  string(REPLACE "/" "_" target "${name}")
  set(folder "${CMAKE_SOURCE_DIR}/src/${name}")

  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  file(GLOB tests CONFIGURE_DEPENDS "${folder}/*_test.cpp")
  list(REMOVE_ITEM sources ${tests})
  if(sources)
    add_library(medusa_${target} STATIC ${sources})
    target_link_libraries(medusa_${target} PUBLIC ${ROOM_DEPENDS} PRIVATE medusa_flags)
  else()
    add_library(medusa_${target} INTERFACE)
    target_link_libraries(medusa_${target} INTERFACE ${ROOM_DEPENDS})
  endif()

  if(tests AND (ROOM_THREADS OR NOT MEDUSA_SANITIZE STREQUAL "thread"))
    add_executable(test_${target} ${tests})
    target_link_libraries(test_${target} PRIVATE
      medusa_${target} ${ROOM_TEST_DEPENDS} medusa_flags GTest::gtest_main)
    target_compile_definitions(test_${target} PRIVATE MEDUSA_ROOT="${CMAKE_SOURCE_DIR}")
    if(MEDUSA_SANITIZE)
      target_sources(test_${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/sanitizers.cpp")
      add_dependencies(tests test_${target})
    endif()
    add_test(NAME ${name} COMMAND test_${target})
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()
