//! Connections that are cut.

use sha2::{Digest as _, Sha256};

use super::together::Sending;
use super::{begin, bytes, offset, video};
use crate::scene::Scene;

const LENGTH: usize = 40 << 20;
const CUTS: u64 = 20;
/// What one cut may cost at most.
const LOST_MAX: u64 = 16 << 20;

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The offset once nobody writes any more: a request of no bytes there is taken.
async fn settled(scene: &Scene, path: &str) -> u64 {
    loop {
        let found = offset(scene, path).await;
        match scene.send(bytes(path, found, b"")).await.status {
            204 => return found,
            409 | 423 => {}
            other => panic!("{other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_cuts_at_any_byte_lose_little_and_damage_nothing() {
    let scene = Scene::idle().await;
    let file = noise(7, LENGTH);
    let path = begin(&scene, LENGTH).await;
    let mut random = fastrand::Rng::with_seed(8);
    let mut sent = 0;
    for cut in 0..CUTS {
        let from = settled(&scene, &path).await as usize;
        // The last cut still leaves something to send.
        let most = (LENGTH - from) / (CUTS - cut + 1) as usize;
        let count = random.usize(0..=most * 2).min(LENGTH - from - 1);
        let rest = &file[from..];
        let sending =
            Sending::start(scene.address, &path, from as u64, rest.len() as u64, &rest[..count]).await;
        sent += count as u64;
        drop(sending);
    }
    let from = settled(&scene, &path).await as usize;
    scene.send(bytes(&path, from as u64, &file[from..])).await.expect(204);
    sent += (LENGTH - from) as u64;
    assert_eq!(video(&scene, &path).await["sha256"], sha256(&file));
    let again = sent - LENGTH as u64;
    assert!(again <= CUTS * LOST_MAX, "{again} bytes were sent again");
    assert!(scene.partial().is_empty());
}
