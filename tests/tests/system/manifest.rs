//! The manifest.

use ringhost::{
    Access, CompilerLimits, Compute, Folder, Grants, LaunchOptions, Limits, Overflow, Randomness,
};
use ringhost_tests::root;
use std::path::Path;
use std::time::Duration;

#[test]
fn the_documented_manifest_is_the_default() {
    let page = std::fs::read_to_string(root().join("docs/manifest.md")).unwrap();
    let block = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    assert_eq!(
        LaunchOptions::from_toml(block).unwrap(),
        LaunchOptions::default()
    );
    // With what is commented out, every key is there.
    let uncommented = block
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n");
    let all = LaunchOptions::from_toml(&uncommented).unwrap();
    assert_eq!(
        (all.queue_size, all.limits.fuel_total),
        (Some(1000), Some(1_000_000_000))
    );
    assert_eq!(all.compiler, Some(CompilerLimits::default()));
    assert_eq!(all.grants.random, Some(Randomness::System));
    let keys = |text: &str| {
        let mut keys: Vec<_> = text
            .lines()
            .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&all.to_toml().unwrap()), keys(&uncommented));
}

#[test]
fn a_manifest_says_what_it_says_and_leaves_the_rest() {
    let text =
        "overflow = \"drop-oldest\"\n[limits]\ncpu_share = 0.5\ninitialiser_time = \"250ms\"\n";
    let options = LaunchOptions::from_toml(text).unwrap();
    let limits = Limits {
        cpu_share: Some(0.5),
        initialiser_time: Duration::from_millis(250),
        ..Limits::default()
    };
    assert_eq!(
        options,
        LaunchOptions::default()
            .overflow(Overflow::DropOldest)
            .limits(limits)
    );
    let written = options.to_toml().unwrap();
    assert_eq!(LaunchOptions::from_toml(&written).unwrap(), options);
}

#[test]
fn grants_are_read_and_written() {
    let text = r#"
        [grants]
        log = false
        clocks = true
        random = { seed = 42 }
        environment = ["LANG"]
        folders = [
            { host = "/srv/data", guest = "/data" },
            { host = "there", guest = "/there", access = "write" },
        ]
        network = ["example.org:443"]
        compute = { in_flight = 4, device_time = "1m" }
        empty_world = true
    "#;
    let folder = |host: &str, guest: &str, access| Folder {
        host: host.into(),
        guest: guest.to_owned(),
        access,
    };
    let grants = Grants {
        log: false,
        clocks: true,
        random: Some(Randomness::Seed(42)),
        environment: vec!["LANG".to_owned()],
        folders: vec![
            folder("/srv/data", "/data", Access::Read),
            folder("there", "/there", Access::Write),
        ],
        network: vec!["example.org:443".to_owned()],
        compute: Some(Compute {
            in_flight: 4,
            device_time: Some(Duration::from_secs(60)),
            ..Compute::default()
        }),
        empty_world: true,
    };
    let options = LaunchOptions::default().grants(grants);
    assert_eq!(LaunchOptions::from_toml(text).unwrap(), options);
    let written = options.to_toml().unwrap();
    assert_eq!(LaunchOptions::from_toml(&written).unwrap(), options);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, expected) in [
        (
            "overflow = \"wait\"\nqueue = 3\n",
            "line 2 of the manifest: unknown field `queue`",
        ),
        (
            "[limits]\nmemory = 1\n",
            "line 2 of the manifest: unknown field `memory`",
        ),
        (
            "queue_size = -1\n",
            "line 1 of the manifest: invalid value: integer `-1`",
        ),
        (
            "overflow = \"panic\"\n",
            "line 1 of the manifest: unknown variant `panic`",
        ),
        (
            "[limits]\n\nweight = \"heavy\"\n",
            "line 3 of the manifest: invalid type: string",
        ),
        (
            "[grants]\nclock = true\n",
            "line 2 of the manifest: unknown field `clock`",
        ),
        (
            "[grants]\nrandom = \"dice\"\n",
            "line 2 of the manifest: unknown variant `dice`",
        ),
        (
            "[grants]\nrandom = { seed = -1 }\n",
            "line 2 of the manifest: invalid value: integer `-1`",
        ),
        (
            "[grants]\nfolders = [{ host = \"/\", guest = \"/\", access = \"all\" }]\n",
            "line 2 of the manifest: unknown variant `all`",
        ),
        (
            "[grants]\nfolders = [{ host = \"/\", guest = \"/\", mode = \"r\" }]\n",
            "line 2 of the manifest: unknown field `mode`",
        ),
        (
            "[[grants.folders]]\nhost = \"/\"\n",
            "line 1 of the manifest: missing field `guest`",
        ),
        ("= 1\n", "line 1 of the manifest:"),
        (
            "[limits]\ninitialiser_time = \"soon\"\n",
            "line 2 of the manifest:",
        ),
    ] {
        let error = LaunchOptions::from_toml(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn a_manifest_is_found_beside_its_component() {
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("echo.wasm");
    assert_eq!(LaunchOptions::beside(&component).await.unwrap(), None);
    let manifest = folder.path().join("echo.toml");
    std::fs::write(&manifest, "queue_size = 3\n").unwrap();
    let options = LaunchOptions::beside(&component).await.unwrap().unwrap();
    assert_eq!(options.queue_size, Some(3));
    std::fs::write(
        &manifest,
        "[grants]\nfolders = [{ host = \"data\", guest = \"/a\" }, { host = \"/\", guest = \"/b\" }]\n",
    )
    .unwrap();
    let options = LaunchOptions::beside(&component).await.unwrap().unwrap();
    let hosts = options.grants.folders.iter().map(|granted| &granted.host);
    assert_eq!(
        hosts.collect::<Vec<_>>(),
        [&folder.path().join("data"), Path::new("/")]
    );
    // A component that is called like a manifest is none.
    assert_eq!(LaunchOptions::beside(&manifest).await.unwrap(), None);
}

#[tokio::test]
async fn a_manifest_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("echo.wasm");
    let manifest = folder.path().join("echo.toml");
    for (content, expected) in [
        (&b"\nqueue_size = \n"[..], "line 2 of the manifest"),
        (b"[limits]\nmemory_bytes = 1\nweight = 0", "line 3 of"),
        (b"\nqueue_size = 0", "line 2 of"),
        (
            b"[limits]\nmemory_bytes = 1\n\n[compiler]\nmemory_bytes = 1\n",
            "line 5 of",
        ),
        (b"clocks = 1", "line 1 of"),
        (b"[grants]\n\nnetwork = [\"nowhere\"]", "line 3 of"),
        (
            b"[grants]\n\nfolders = [{ host = \"/\", guest = \"data\" }]",
            "line 3 of",
        ),
        (b"# one\n# two\n# \xff", "line 3 of the manifest"),
        (&[b'#'; 65 << 10], "at most 64 KiB"),
    ] {
        std::fs::write(&manifest, content).unwrap();
        let error = LaunchOptions::beside(&component).await.unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(expected) && error.contains("echo.toml"),
            "{error}"
        );
    }
    std::fs::remove_file(&manifest).unwrap();
    std::fs::create_dir(&manifest).unwrap();
    let error = LaunchOptions::beside(&component).await.unwrap_err();
    assert!(error.to_string().ends_with("it is a folder"), "{error}");
}

#[test]
fn what_is_wrong_is_told_briefly() {
    let error = LaunchOptions::from_toml(&format!("{} = 1", "x".repeat(60_000))).unwrap_err();
    assert!(error.to_string().len() < 1200);
}
