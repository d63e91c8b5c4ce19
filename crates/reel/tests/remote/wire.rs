//! A connection to a server that breaks, or stands still, when it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// What happens to a connection once all bytes that may pass have passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is cut. The next one may pass as many again.
    Cut,
    /// It stands still until [`Wire::open`].
    Hold,
}

/// Listens in front of a server.
pub struct Wire {
    pub url: String,
    gate: Arc<Gate>,
}

struct Gate {
    pass_bytes: u64,
    then: Then,
    open: Mutex<bool>,
    opened: Condvar,
    /// How many connections were cut.
    cuts: Mutex<u32>,
}

impl Wire {
    /// Each connection passes so many bytes towards the server.
    pub fn before(url: &str, pass_bytes: u64, then: Then) -> Self {
        let server: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (open, opened, cuts) = (Mutex::new(false), Condvar::new(), Mutex::new(0));
        let gate = Arc::new(Gate { pass_bytes, then, open, opened, cuts });
        let all = Arc::clone(&gate);
        thread::spawn(move || {
            for there in listener.incoming() {
                let (Ok(there), Ok(here)) = (there, TcpStream::connect(server)) else { continue };
                let gate = Arc::clone(&all);
                let (from, to) = (there.try_clone().unwrap(), here.try_clone().unwrap());
                thread::spawn(move || gate.pass(from, to));
                thread::spawn(move || back(here, there));
            }
        });
        Self { url, gate }
    }

    /// From now on everything passes.
    pub fn open(&self) {
        *self.gate.open.lock().unwrap() = true;
        self.gate.opened.notify_all();
    }

    pub fn cuts(&self) -> u32 {
        *self.gate.cuts.lock().unwrap()
    }
}

impl Gate {
    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let (mut buffer, mut passed) = ([0; 1 << 14], 0_u64);
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if passed >= self.pass_bytes && !*self.open.lock().unwrap() {
                if self.then == Then::Cut {
                    *self.cuts.lock().unwrap() += 1;
                    let _ = from.shutdown(Shutdown::Both);
                    break;
                }
                let open = self.open.lock().unwrap();
                drop(self.opened.wait_while(open, |open| !*open).unwrap());
            }
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
            passed += count as u64;
        }
        let _ = to.shutdown(Shutdown::Both);
    }
}

fn back(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}
