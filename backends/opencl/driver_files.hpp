#pragma once

#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// A driver that the ICD loader is told of.
struct DriverFile {
    std::string file;     ///< "/etc/OpenCL/vendors/x.icd"
    std::string library;  ///< what it names
    std::string problem;  ///< "cannot be loaded: REASON", "is no OpenCL driver"; empty where there is none
};

/// OCL_ICD_VENDORS, or /etc/OpenCL/vendors.
std::string drivers_folder();

/// The files there, by name. Each library is loaded, as the loader does.
std::vector<DriverFile> driver_files();

}  // namespace difftest::backends::opencl
