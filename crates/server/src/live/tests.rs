//! No state change is lost, whoever comes late.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reel_queue::{MemoryQueue, NewJob};
use reel_types::{JobKey, TenantId};
use serde_json::Value;

use super::*;

fn queue() -> MemoryQueue {
    let clock = Arc::new(AtomicI64::new(0));
    MemoryQueue::new(Arc::new(move || clock.load(Ordering::SeqCst)))
}

async fn submit(queue: &MemoryQueue, name: &str) {
    let job = NewJob {
        id: JobId::new(name),
        tenant: TenantId::local(),
        key: JobKey::new(name),
        pipeline: "p".into(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority: 0,
        idempotency: None,
    };
    queue.submit(job).await.unwrap();
}

async fn next_event(tail: &mut Tail, queue: &MemoryQueue) -> Arc<Event> {
    match tail.next(queue).await.unwrap() {
        Some(Told::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_newest_event_is_found_in_a_log_of_any_length() {
    let queue = queue();
    assert_eq!(newest_seq(&queue).await.unwrap(), 0);
    for count in 1..40_u32 {
        submit(&queue, &format!("j{count}")).await;
        let all = queue.events(None, 0, 1_000_000).await.unwrap();
        assert_eq!(newest_seq(&queue).await.unwrap(), all.last().unwrap().seq, "{count} jobs");
    }
}

#[tokio::test]
async fn a_late_listener_hears_everything_once_and_in_order() {
    let queue = queue();
    for count in 0..400 {
        submit(&queue, &format!("old{count}")).await;
    }
    let live = Live::open(&queue).await.unwrap();
    let mut open = OpenJobs::new();
    let mut tail = live.tail_of_tenant(TenantId::local(), 0);
    for count in 0..200 {
        submit(&queue, &format!("new{count}")).await;
        while live.take_in_events(&queue, &mut open, &|_| {}).await.unwrap() {}
    }
    let all = queue.events(None, 0, 1_000_000).await.unwrap();
    for expected in all {
        assert_eq!(next_event(&mut tail, &queue).await.seq, expected.seq);
    }
    live.close();
    assert!(tail.next(&queue).await.unwrap().is_none());
}

#[tokio::test]
async fn a_listener_of_one_job_hears_of_no_other() {
    let queue = queue();
    let live = Live::open(&queue).await.unwrap();
    let mut tail = live.tail(Some(JobId::new("b")), 0);
    for name in ["a", "b", "c"] {
        submit(&queue, name).await;
    }
    live.take_in_events(&queue, &mut OpenJobs::new(), &|_| {}).await.unwrap();
    let of_b = queue.events(Some(&JobId::new("b")), 0, 100).await.unwrap();
    for expected in of_b {
        assert_eq!(*next_event(&mut tail, &queue).await, expected);
    }
    live.close();
    assert!(tail.next(&queue).await.unwrap().is_none());
}
