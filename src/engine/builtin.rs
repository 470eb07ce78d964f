//! Data files that are built into the program.

use include_dir::Dir;

/// The YAML files of a folder, name and text, in order of name.
pub(in crate::engine) fn yaml_files(folder: &'static Dir<'static>) -> Vec<(&'static str, &'static str)> {
    let is_yaml = |path: &std::path::Path| path.extension().is_some_and(|extension| extension == "yaml");
    let mut files: Vec<(&str, &str)> = folder
        .files()
        .filter(|file| is_yaml(file.path()))
        .filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
        .collect();
    files.sort_unstable();
    files
}
