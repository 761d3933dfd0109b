//! The Python packages against which tests compare the sample kernels.

use std::path::PathBuf;

use anyhow::Result;
use ringhost_toolchain::pypi::Packages;

/// No version has ready builds for all the Pythons in use, hence two sets: for Python 3.9 and 3.10,
/// and 3.11 to 3.14.
const PACKAGES: Packages<'_> = Packages {
    name: "python",
    requirements: "\
networkx==3.2.1 ; python_version < '3.11'
numpy==2.0.2 ; python_version < '3.11'
scipy==1.13.1 ; python_version < '3.11'
networkx==3.5 ; python_version >= '3.11'
numpy==2.3.5 ; python_version >= '3.11'
scipy==1.16.3 ; python_version >= '3.11'
",
    what: "networkx, numpy and scipy for the tests (240 MB, once)",
};

/// The folder to put on `PYTHONPATH` for a `python3` that can import networkx; fills it from PyPI
/// where there is none. Says nothing where nothing is to be done.
///
/// # Errors
/// Where there is no Python with pip, or the packages cannot be fetched.
pub fn find_or_install() -> Result<PathBuf> {
    PACKAGES.find_or_fetch()
}
