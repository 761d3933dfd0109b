//! Which components a runtime accepts: pinned, signed, or all.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use minisign::KeyPair;
use ringhost::{
    Compiler, CompilerProcess, Digest, Error, LoadError, Provenance, ProvenanceError, PublicKey,
    Requirement, RingKernelRuntime, SignatureFault, Source,
};
use ringhost_tests::{builder, kernel, kernel_path};
use std::io::Cursor;
use std::path::PathBuf;

fn echo() -> Vec<u8> {
    std::fs::read(kernel_path("echo")).unwrap()
}

fn key_pair() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

fn public_key(pair: &KeyPair) -> PublicKey {
    let text = pair.pk.to_box().unwrap().to_string();
    text.parse().unwrap()
}

fn sign(pair: &KeyPair, bytes: &[u8]) -> String {
    minisign::sign(Some(&pair.pk), &pair.sk, Cursor::new(bytes), None, None)
        .unwrap()
        .into_string()
}

fn pinned(bytes: &[u8]) -> Provenance {
    Provenance {
        require: Requirement::Pinned,
        pinned: vec![Digest::of(bytes)],
        ..Provenance::default()
    }
}

fn signed(pairs: &[&KeyPair]) -> Provenance {
    Provenance {
        require: Requirement::Signed,
        public_keys: pairs.iter().map(|pair| public_key(pair)).collect(),
        ..Provenance::default()
    }
}

fn runtime_with(provenance: Provenance) -> RingKernelRuntime {
    builder().provenance(provenance).build().unwrap()
}

async fn accepted(provenance: &Provenance, source: impl Into<Source>) {
    let runtime = runtime_with(provenance.clone());
    runtime.launch_from("kernel", source).await.unwrap();
    runtime.activate("kernel").await.unwrap();
    assert_eq!(runtime.call("kernel", "m").await.unwrap().payload, "m");
}

/// The refusal of a source. Neither launch nor inspection may get as far as compiling, of which
/// the compiler's error would tell.
async fn refused(provenance: &Provenance, source: impl Into<Source>) -> (ProvenanceError, String) {
    let source = source.into();
    let runtime = builder()
        .without_cache_folder()
        .compiler(Compiler::Process(CompilerProcess::new("/bin/false")))
        .provenance(provenance.clone())
        .build()
        .unwrap();
    let inspection = runtime.inspect(source.clone()).await.unwrap_err();
    let error = runtime.launch_from("kernel", source).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(inspection.to_string(), text);
    assert!(runtime.kernel_ids().is_empty(), "{text}");
    match error {
        Error::Load(LoadError::Provenance(error)) => (error, text),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn without_a_policy_everything_is_accepted() {
    accepted(&Provenance::default(), echo()).await;
    accepted(&Provenance::default(), Source::signed(echo(), "noise")).await;
}

#[tokio::test]
async fn what_is_pinned_is_accepted_and_nothing_else() {
    let policy = pinned(&echo());
    accepted(&policy, echo()).await;
    accepted(&policy, kernel("echo")).await;

    let (error, text) = refused(&policy, kernel("doubler")).await;
    let doubler = Digest::of(&std::fs::read(kernel_path("doubler")).unwrap());
    assert_eq!(error.digest, doubler);
    assert_eq!(
        text,
        format!(
            "the component sha256:{doubler} is refused: it is not pinned; accepted is what has \
             the digest {}",
            Digest::of(&echo())
        )
    );

    let mut changed = echo();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&policy, changed).await.0.fault, None);
}

#[tokio::test]
async fn refusal_comes_before_any_look_into_the_bytes() {
    for noise in [&b""[..], b"noise", b"\0asm"] {
        let (error, _) = refused(&pinned(&echo()), noise.to_vec()).await;
        assert_eq!(error.digest, Digest::of(noise));
    }
}

#[tokio::test]
async fn a_signature_counts_even_for_a_component_in_the_caches() {
    let pair = key_pair();
    let runtime = runtime_with(signed(&[&pair]));
    let good = Source::signed(echo(), sign(&pair, &echo()));
    runtime.launch_from("good", good).await.unwrap();
    let unsigned = Source::bytes(echo());
    for _ in 0..2 {
        let error = runtime.launch_from("bad", unsigned.clone()).await;
        let error = error.unwrap_err();
        assert!(
            matches!(error, Error::Load(LoadError::Provenance(_))),
            "{error}"
        );
    }
    // A registered name leads to the source with its signature.
    let again = Source::registered("good");
    runtime.launch_from("again", again).await.unwrap();
}

#[tokio::test]
async fn a_signature_by_any_of_the_keys_is_accepted() {
    let (first, second) = (key_pair(), key_pair());
    let policy = signed(&[&first, &second]);
    for pair in [&first, &second] {
        accepted(&policy, Source::signed(echo(), sign(pair, &echo()))).await;
    }
}

#[tokio::test]
async fn a_signature_by_another_key_is_refused() {
    let (trusted, other) = (key_pair(), key_pair());
    let source = Source::signed(echo(), sign(&other, &echo()));
    let (error, text) = refused(&signed(&[&trusted]), source).await;
    let key_id = public_key(&other).id();
    assert_eq!(
        error.fault,
        Some(SignatureFault::OtherKey {
            key_id: key_id.clone()
        })
    );
    let trusted = public_key(&trusted).id();
    assert!(
        text.ends_with(&format!(
            "its signature is by the key {key_id}, which is not trusted here; accepted is what is \
             signed with the key {trusted}"
        )),
        "{text}"
    );
    // The id is the one that minisign prints.
    assert_eq!(trusted.len(), 16);
}

#[tokio::test]
async fn a_forged_key_id_does_not_help() {
    let (trusted, other) = (key_pair(), key_pair());
    // Signatures begin with two bytes for the algorithm and eight for the key's id.
    let id_of_trusted = BASE64_STANDARD
        .decode(public_key(&trusted).to_string())
        .unwrap();
    let mut lines: Vec<String> = sign(&other, &echo()).lines().map(str::to_owned).collect();
    let mut signature = BASE64_STANDARD.decode(&lines[1]).unwrap();
    signature[2..10].copy_from_slice(&id_of_trusted[2..10]);
    lines[1] = BASE64_STANDARD.encode(signature);
    let source = Source::signed(echo(), lines.join("\n"));
    let (error, _) = refused(&signed(&[&trusted]), source).await;
    let key_id = public_key(&trusted).id();
    assert_eq!(error.fault, Some(SignatureFault::Invalid { key_id }));
}

#[tokio::test]
async fn bytes_that_were_changed_after_signing_are_refused() {
    let pair = key_pair();
    let signature = sign(&pair, &echo());
    for at in [0, 8, echo().len() / 2, echo().len() - 1] {
        let mut changed = echo();
        changed[at] ^= 1;
        let (error, text) = refused(&signed(&[&pair]), Source::signed(changed, &*signature)).await;
        let key_id = public_key(&pair).id();
        assert_eq!(error.fault, Some(SignatureFault::Invalid { key_id }));
        assert!(text.contains("they were changed"), "{text}");
    }
    let mut longer = echo();
    longer.push(0);
    refused(&signed(&[&pair]), Source::signed(longer, signature)).await;
}

#[tokio::test]
async fn a_signature_of_another_file_is_refused() {
    let pair = key_pair();
    let doubler = std::fs::read(kernel_path("doubler")).unwrap();
    let source = Source::signed(echo(), sign(&pair, &doubler));
    let (error, _) = refused(&signed(&[&pair]), source).await;
    assert!(
        matches!(error.fault, Some(SignatureFault::Invalid { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_changed_trusted_comment_is_refused() {
    let pair = key_pair();
    let signature =
        sign(&pair, &echo()).replace("trusted comment: timestamp", "trusted comment: t");
    let source = Source::signed(echo(), signature.clone());
    assert_ne!(signature, sign(&pair, &echo()));
    let (error, _) = refused(&signed(&[&pair]), source).await;
    assert!(
        matches!(error.fault, Some(SignatureFault::Invalid { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_signature_is_refused() {
    let pair = key_pair();
    let cut_off: String = sign(&pair, &echo()).chars().take(100).collect();
    for text in ["", "noise", &cut_off] {
        let (error, _) = refused(&signed(&[&pair]), Source::signed(echo(), text)).await;
        assert!(
            matches!(error.fault, Some(SignatureFault::Malformed { .. })),
            "{error}"
        );
    }
}

/// A folder with a component, and beside it the signature, if there is one.
fn folder(signature: Option<&str>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("kernel.wasm");
    std::fs::write(&component, echo()).unwrap();
    if let Some(signature) = signature {
        std::fs::write(folder.path().join("kernel.wasm.minisig"), signature).unwrap();
    }
    (folder, component)
}

#[tokio::test]
async fn a_file_has_its_signature_beside_it() {
    let pair = key_pair();
    let policy = signed(&[&pair]);
    let (_folder, component) = folder(Some(&sign(&pair, &echo())));
    accepted(&policy, component).await;

    let (_folder, component) = folder(None);
    let (error, text) = refused(&policy, component.clone()).await;
    let expected = component.with_extension("wasm.minisig");
    assert!(text.contains(&expected.display().to_string()), "{text}");
    let expected = Some(expected);
    assert_eq!(error.fault, Some(SignatureFault::Missing { expected }));

    let (_folder, component) = folder(Some(&sign(&key_pair(), &echo())));
    let (error, _) = refused(&policy, component).await;
    assert!(
        matches!(error.fault, Some(SignatureFault::OtherKey { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn bytes_without_a_signature_are_refused() {
    let (error, text) = refused(&signed(&[&key_pair()]), echo()).await;
    assert_eq!(
        error.fault,
        Some(SignatureFault::Missing { expected: None })
    );
    assert!(text.contains("it has no signature; accepted is"), "{text}");
}

#[tokio::test]
async fn pinned_or_signed_will_do_unless_the_policy_wants_one() {
    let pair = key_pair();
    let doubler = std::fs::read(kernel_path("doubler")).unwrap();
    let either = Provenance {
        require: Requirement::Any,
        pinned: vec![Digest::of(&doubler)],
        public_keys: vec![public_key(&pair)],
    };
    let by_signature = Source::signed(echo(), sign(&pair, &echo()));
    accepted(&either, by_signature.clone()).await;
    let runtime = runtime_with(either.clone());
    runtime
        .launch_from("doubler", doubler.clone())
        .await
        .unwrap();
    let (_, text) = refused(&either, echo()).await;
    assert!(
        text.contains("it is not pinned, and it has no signature; accepted is what has the digest"),
        "{text}"
    );

    let require = Requirement::Signed;
    let (error, _) = refused(
        &Provenance {
            require,
            ..either.clone()
        },
        doubler,
    )
    .await;
    assert_eq!(error.pinned, None);
    let require = Requirement::Pinned;
    let (error, _) = refused(&Provenance { require, ..either }, by_signature).await;
    assert_eq!(error.key_ids, None);
}

#[test]
fn a_policy_by_which_nothing_could_be_launched_is_refused() {
    for (require, way_out) in [
        (Requirement::Pinned, "pin some"),
        (Requirement::Signed, "give one"),
    ] {
        let policy = Provenance {
            require,
            ..Provenance::default()
        };
        let error = builder().provenance(policy).build().err().unwrap();
        assert!(matches!(error, Error::InvalidOption(_)), "{error}");
        assert!(error.to_string().contains(way_out), "{error}");
    }
}

#[test]
fn a_policy_is_read_from_text_and_nothing_unknown_is_passed_over() {
    let pair = key_pair();
    let policy = Provenance {
        require: Requirement::Signed,
        pinned: vec![Digest::of(b"component")],
        public_keys: vec![public_key(&pair)],
    };
    let text = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Provenance>(&text).unwrap(), policy);
    let read = serde_json::from_str::<Provenance>;
    assert_eq!(read("{}").unwrap(), Provenance::default());
    for (text, fault) in [
        (r#"{"pined": []}"#, "unknown field `pined`"),
        (r#"{"require": "singed"}"#, "unknown variant `singed`"),
        (r#"{"pinned": ["abc"]}"#, "64 hexadecimal digits"),
        (r#"{"public_keys": ["abc"]}"#, "no minisign public key"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}
