//! What kernels may reach: options that add to what their manifests grant.

use crate::exit::Wrong;
use crate::limits::Manifest;
use crate::parse;
use clap::Args;
use ringhost::{Folder, LaunchOptions, Randomness};

/// What kernels may reach.
#[derive(Debug, Args)]
#[command(next_help_heading = "Grants")]
pub struct GrantOptions {
    /// Grant also what a manifest that lies beside a component names of this machine: folders,
    /// hosts, variables
    #[arg(long)]
    grant: bool,

    /// Grant the clocks: the time of day, and one that only goes forward
    #[arg(long)]
    clocks: bool,

    /// Grant random bytes; with a seed, a whole number, the same ones on every run
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, default_missing_value = parse::NO_SEED, value_parser = parse::randomness, hide_default_value = true)]
    random: Option<Randomness>,

    /// Grant a variable of this environment, by its name; can be given several times
    #[arg(long, value_name = "NAME")]
    env: Vec<String>,

    /// Grant the folder HOST under the name GUEST, an absolute path, to read; with :write, to write
    /// as well; can be given several times
    #[arg(long, value_name = "HOST:GUEST[:write]", value_parser = parse::folder)]
    folder: Vec<Folder>,

    /// Grant connections by TCP to this host and port; can be given several times
    #[arg(long, value_name = "HOST:PORT")]
    connect: Vec<String>,

    /// Grant data-parallel work on this machine's devices
    #[arg(long)]
    compute: bool,

    /// Answer what is imported and not granted with nothing, instead of refusing the kernel
    #[arg(long)]
    empty_world: bool,
}

impl GrantOptions {
    /// Checks that a manifest grants nothing that nobody has asked for: one that merely lies beside
    /// a component may have come with it.
    ///
    /// # Errors
    /// If it names something of this machine, and neither it nor its grants were asked for.
    pub fn allow(&self, manifest: &Manifest) -> Result<(), Wrong> {
        match &manifest.path {
            Some(path)
                if !manifest.named && !self.grant && manifest.options.grants.reach_the_host() =>
            {
                Err(Wrong(format!(
                    "the manifest {} grants the kernel folders, hosts or variables of this                      machine; once you have read it, --grant allows that, and --no-manifest                      passes over it",
                    path.display()
                )))
            }
            _ => Ok(()),
        }
    }

    /// Launch options with what is granted here beside what they grant.
    pub fn beside(&self, mut options: LaunchOptions) -> LaunchOptions {
        let grants = &mut options.grants;
        grants.clocks |= self.clocks;
        grants.random = self.random.or(grants.random);
        add(&mut grants.environment, &self.env);
        let renamed = |granted: &Folder| {
            self.folder
                .iter()
                .any(|folder| folder.guest == granted.guest)
        };
        grants.folders.retain(|granted| !renamed(granted));
        grants.folders.extend(self.folder.iter().cloned());
        add(&mut grants.network, &self.connect);
        if self.compute {
            grants.compute.get_or_insert_default();
        }
        grants.empty_world |= self.empty_world;
        options
    }
}

fn add(granted: &mut Vec<String>, given: &[String]) {
    for name in given {
        if !granted.contains(name) {
            granted.push(name.clone());
        }
    }
}
