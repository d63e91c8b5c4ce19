//! Names that lead elsewhere the second time.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::Fetcher;
use super::request::FetchError;
use super::resolve::{Resolve, Resolving};

/// Has an answer ready for each time it is asked.
struct Answers {
    ready: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Resolve for Answers {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.ready.lock().unwrap().pop_front().unwrap_or_default();
        Box::pin(async move { Ok(answer) })
    }
}

fn fetcher(answers: &[&[&str]]) -> (Fetcher, Arc<Answers>) {
    let ready = answers.iter().map(|answer| answer.iter().map(|address| address.parse().unwrap()).collect());
    let answers = Arc::new(Answers { ready: Mutex::new(ready.collect()), asked: AtomicUsize::new(0) });
    let allowed = vec!["127.0.0.2".parse().unwrap()];
    (Fetcher::with(Arc::clone(&answers) as Arc<dyn Resolve>, allowed, Duration::from_secs(60)), answers)
}

/// Answers everything with the same, on this address; says how often.
async fn origin(address: &str, port: u16, answer: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, count)
}

fn whole(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn fetched(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, FetchError> {
    let mut opened = fetcher.open(url).await?;
    let mut body = std::mem::take(&mut opened.body).into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    Ok(bytes)
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_what_was_looked_at_is_dialled() {
    let (port, _) = origin("127.0.0.2", 0, whole("open")).await;
    let (_, reached) = origin("127.0.0.1", port, whole("secret")).await;
    let (fetcher, answers) = fetcher(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let url = format!("http://films.test:{port}/a");
    assert_eq!(fetched(&fetcher, &url).await.unwrap(), b"open");
    assert_eq!(answers.asked.load(Ordering::SeqCst), 1);
    assert!(matches!(fetched(&fetcher, &url).await, Err(FetchError::Address(_))));
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_to_the_same_name_is_looked_at_again() {
    let again = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n".to_owned();
    let (port, _) = origin("127.0.0.2", 0, again).await;
    let (_, reached) = origin("127.0.0.1", port, whole("secret")).await;
    let (fetcher, answers) = fetcher(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let refused = fetched(&fetcher, &format!("http://films.test:{port}/a")).await;
    assert!(matches!(refused, Err(FetchError::Address(_))));
    assert_eq!((answers.asked.load(Ordering::SeqCst), reached.load(Ordering::SeqCst)), (2, 0));
}

#[tokio::test]
async fn one_address_that_is_refused_refuses_the_name() {
    let (port, reached) = origin("127.0.0.2", 0, whole("open")).await;
    for answer in [&["127.0.0.2", "10.0.0.1"][..], &["127.0.0.2", "::ffff:127.0.0.2"], &["169.254.169.254"]] {
        let (fetcher, _) = fetcher(&[answer]);
        let refused = fetched(&fetcher, &format!("http://films.test:{port}/a")).await;
        assert!(matches!(refused, Err(FetchError::Address(_))), "{answer:?}");
    }
    let (fetcher, _) = fetcher(&[&[]]);
    let nowhere = fetched(&fetcher, &format!("http://films.test:{port}/a")).await;
    assert!(matches!(nowhere, Err(FetchError::Source(_))));
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}
