//! Endpoints that must not be reached: refused, whatever way they are written, and with not one connection made.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use repin_server::webhooks::{AddressGuard, Lookup};
use serde_json::json;
use tokio::net::TcpListener;

use crate::common::evidence;
use crate::common::{Gateway, send};
use crate::receiver::Receiver;
use crate::{enrol, request, subscribe, tries};

/// `{p}` is the port on which a canary listens at every address of this machine.
const REFUSED: &[&str] = &[
    // Loopback, in every form a URL can give it.
    "https://127.0.0.1:{p}/",
    "https://127.0.0.1:{p}",
    "https://127.1:{p}/",
    "https://127.0.1:{p}/",
    "https://127.255.255.254:{p}/",
    "https://127.0.0.1.:{p}/",
    "https://2130706433:{p}/",
    "https://0x7f000001:{p}/",
    "https://0X7F000001:{p}/",
    "https://0x7f.0.0.1:{p}/",
    "https://0x7f.0x0.0x0.0x1:{p}/",
    "https://017700000001:{p}/",
    "https://0177.0.0.1:{p}/",
    "https://0177.0.0.01:{p}/",
    "https://00000177.0.0.1:{p}/",
    "https://127.0x1:{p}/",
    "https://127.0.0x1:{p}/",
    "https://%31%32%37.0.0.1:{p}/",
    "https://127%2e0%2e0%2e1:{p}/",
    "https://１２７.0.0.1:{p}/",
    "https://①②⑦.⓪.⓪.①:{p}/",
    "https://127。0。0。1:{p}/",
    "https://127．0．0．1:{p}/",
    "https://[::1]:{p}/",
    "https://[0:0:0:0:0:0:0:1]:{p}/",
    "https://[0000:0000:0000:0000:0000:0000:0000:0001]:{p}/",
    "https://[::0001]:{p}/",
    "https://[::]:{p}/",
    "https://[0::0]:{p}/",
    "https://0.0.0.0:{p}/",
    "https://0:{p}/",
    "https://0x0:{p}/",
    "https://00:{p}/",
    "https://0.0:{p}/",
    "https://0.1.2.3:{p}/",
    // IPv4 within IPv6.
    "https://[::ffff:127.0.0.1]:{p}/",
    "https://[::ffff:7f00:1]:{p}/",
    "https://[::FFFF:127.0.0.1]:{p}/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]:{p}/",
    "https://[::ffff:10.0.0.1]:{p}/",
    "https://[::ffff:169.254.169.254]:{p}/",
    "https://[::ffff:8.8.8.8]:{p}/",
    "https://[::127.0.0.1]:{p}/",
    "https://[::7f00:1]:{p}/",
    "https://[::ffff:0:127.0.0.1]:{p}/",
    "https://[64:ff9b::127.0.0.1]:{p}/",
    "https://[64:ff9b::7f00:1]:{p}/",
    "https://[64:ff9b::a9fe:a9fe]:{p}/",
    "https://[64:ff9b:1::10.0.0.1]:{p}/",
    "https://[2002:7f00:1::]:{p}/",
    "https://[2002:7f00:0001::1]:{p}/",
    "https://[2002:a00:1::1]:{p}/",
    "https://[2001::1]:{p}/",
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]:{p}/",
    // Private, shared, link-local.
    "https://10.0.0.1:{p}/",
    "https://10.255.255.255:{p}/",
    "https://10.1:{p}/",
    "https://167772161:{p}/",
    "https://0xa000001:{p}/",
    "https://012.0.0.1:{p}/",
    "https://172.16.0.1:{p}/",
    "https://172.31.255.255:{p}/",
    "https://0xac.0x10.0.1:{p}/",
    "https://192.168.0.1:{p}/",
    "https://192.168.1:{p}/",
    "https://192.168.255.255:{p}/",
    "https://3232235521:{p}/",
    "https://0300.0250.0.1:{p}/",
    "https://100.64.0.1:{p}/",
    "https://100.127.255.255:{p}/",
    "https://169.254.0.1:{p}/",
    "https://[fe80::1]:{p}/",
    "https://[fe80::1%25eth0]:{p}/",
    "https://[fe80::1%eth0]:{p}/",
    "https://[febf::1]:{p}/",
    "https://[fec0::1]:{p}/",
    "https://[fc00::1]:{p}/",
    "https://[fd00::1]:{p}/",
    "https://[fdff:ffff::1]:{p}/",
    // Metadata services.
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254:{p}/",
    "https://0xa9fea9fe:{p}/",
    "https://2852039166:{p}/",
    "https://0251.0376.0251.0376:{p}/",
    "https://169.254.43518:{p}/",
    "https://169.254.170.2:{p}/",
    "https://[fd00:ec2::254]:{p}/",
    "https://100.100.100.200:{p}/",
    "https://192.0.0.192:{p}/",
    "https://168.63.129.16:{p}/",
    // Special purposes.
    "https://192.0.0.1:{p}/",
    "https://192.0.2.1:{p}/",
    "https://198.51.100.1:{p}/",
    "https://203.0.113.1:{p}/",
    "https://198.18.0.1:{p}/",
    "https://198.19.255.255:{p}/",
    "https://192.88.99.1:{p}/",
    "https://224.0.0.1:{p}/",
    "https://239.255.255.255:{p}/",
    "https://240.0.0.1:{p}/",
    "https://255.255.255.255:{p}/",
    "https://4294967295:{p}/",
    "https://[ff02::1]:{p}/",
    "https://[ff05::1:3]:{p}/",
    "https://[100::1]:{p}/",
    "https://[2001:db8::1]:{p}/",
    "https://[2001:2::1]:{p}/",
    "https://[2001:10::1]:{p}/",
    "https://[2001:20::1]:{p}/",
    "https://[3fff::1]:{p}/",
    "https://[5f00::1]:{p}/",
    "https://[4000::1]:{p}/",
    // Names that lead inside; the resolver of the tests says 127.0.0.1 for every one.
    "https://localhost:{p}/",
    "https://LOCALHOST:{p}/",
    "https://localhost.:{p}/",
    "https://localhost.localdomain:{p}/",
    "https://a.localhost:{p}/",
    "https://127.0.0.1.nip.io:{p}/",
    "https://metadata.google.internal:{p}/",
    "https://kubernetes.default.svc:{p}/",
    "https://hook.example:{p}/",
    "https://bücher.example:{p}/",
    "https://loc%61lhost:{p}/",
    "https://ｌｏｃａｌｈｏｓｔ:{p}/",
    "https://local\u{ad}host:{p}/",
    // Other forms, other schemes, other services.
    "http://hook.example:{p}/",
    "ftp://hook.example:{p}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{p}/",
    "ws://hook.example:{p}/",
    "wss://hook.example:{p}/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:/var/run/docker.sock",
    "//127.0.0.1:{p}/",
    "127.0.0.1:{p}",
    "https:127.0.0.1:{p}/",
    "https:/127.0.0.1:{p}/",
    "https:///127.0.0.1:{p}/",
    "https:/127.0.0.1:{p}/x://hook.example/",
    "https:/user:password@hook.example:{p}/x://hook.example/",
    "https:\\\\127.0.0.1:{p}\\",
    "https://hook.example\\@127.0.0.1:{p}/",
    "https://user@hook.example:{p}/",
    "https://user:password@hook.example:{p}/",
    "https://:@127.0.0.1:{p}/",
    "https://@127.0.0.1:{p}/",
    "https://hook.example@127.0.0.1:{p}/",
    "https://hook.example:443@127.0.0.1:{p}/",
    "https://hook.example:{p}/#fragment",
    "https://hook.example#@127.0.0.1:{p}/",
    "https://hook.example:22/",
    "https://hook.example:25/",
    "https://hook.example:80/",
    "https://hook.example:0/",
    "https://hook.example:65536/",
    "https://hook.example:-1/",
    "https://hook.example:{p}/a b",
    " https://hook.example:{p}/",
    "https://hook.example:{p}/\r\nX-Injected: 1",
    "https://hook.example:{p}/\0",
    "https://hoo\tk.example:{p}/",
    "https://[::1:{p}/",
    "https://::1:{p}/",
    "https://[127.0.0.1]:{p}/",
    "https://1.2.3.4.5:{p}/",
    "https://256.0.0.1:{p}/",
    "https://0x100000000:{p}/",
    "https://:{p}/",
    "https://",
    "",
];

/// Listens at every address of this machine and counts who comes.
struct Canary {
    port: u16,
    touched: Arc<AtomicUsize>,
}

impl Canary {
    async fn start() -> Self {
        let touched = Arc::new(AtomicUsize::new(0));
        // Dual-stack where there is IPv6: `::` takes both.
        let listener = match TcpListener::bind("[::]:0").await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind("0.0.0.0:0").await.unwrap(),
        };
        let port = listener.local_addr().unwrap().port();
        let count = touched.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, touched }
    }

    fn touched(&self) -> usize {
        self.touched.load(Ordering::SeqCst)
    }
}

/// Says for every name what comes next in a list, again and again.
struct Lying {
    answers: Vec<Vec<IpAddr>>,
    asked: Mutex<BTreeMap<String, usize>>,
}

impl Lying {
    fn new(answers: &[&[[u8; 4]]]) -> Arc<Self> {
        let address = |bytes: &[u8; 4]| IpAddr::from(Ipv4Addr::from(*bytes));
        let answers = answers.iter().map(|answer| answer.iter().map(address).collect()).collect();
        Arc::new(Self { answers, asked: Mutex::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().values().sum()
    }
}

#[async_trait]
impl Lookup for Lying {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.asked.lock().unwrap();
        let count = asked.entry(name.to_owned()).or_default();
        *count += 1;
        Ok(self.answers[(*count - 1) % self.answers.len()].clone())
    }
}

#[tokio::test]
async fn no_way_of_writing_an_internal_address_leads_to_a_connection() {
    assert!(REFUSED.len() >= 120 && REFUSED.iter().collect::<HashSet<_>>().len() == REFUSED.len());
    let canary = Canary::start().await;
    // The canary works.
    tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, canary.port)).await.unwrap();
    while canary.touched() == 0 {
        tokio::task::yield_now().await;
    }
    let mut tried = 0;
    for allow_http in [false, true] {
        let gateway = Gateway::start_with(|config| {
            config.webhooks.lookup = Lying::new(&[&[[127, 0, 0, 1]]]);
            config.webhooks.allow_http = allow_http;
        })
        .await;
        for url in urls(canary.port, allow_http) {
            let create = request(&gateway, "POST", "/subscriptions").json(&json!({"endpoint": url}));
            let (status, body) = send(create).await;
            assert_eq!((status, body["code"].as_i64()), (400, Some(2)), "{url} {body}");
            assert_eq!(body["errors"][0]["location"], "endpoint", "{url} {body}");
            assert_eq!(canary.touched(), 1, "{url}");
            tried += 1;
        }
    }
    let reached = canary.touched() - 1;
    assert_eq!(reached, 0);
    let by_careless = careless().await;
    assert!(by_careless > 20, "{by_careless}");
    evidence::say(
        24,
        format_args!("{tried} endpoints of {} ways to write an internal address: {reached} connections", REFUSED.len()),
        format_args!("a gateway that may connect to this machine makes {by_careless} of them"),
    );
}

/// As the list has them, and again with the other scheme where that is allowed.
fn urls(port: u16, allow_http: bool) -> Vec<String> {
    let urls = REFUSED.iter().map(|url| url.replace("{p}", &port.to_string()));
    urls.flat_map(|url| if allow_http { vec![url.replace("https:", "http:"), url] } else { vec![url] }).collect()
}

/// The control: how many of the list a gateway reaches that takes this machine for the Internet. Other networks stay shut, for
/// nobody knows who is there.
async fn careless() -> usize {
    let canary = Canary::start().await;
    let gateway = Gateway::start_with(|config| {
        config.webhooks.lookup = Lying::new(&[&[[127, 0, 0, 1]]]);
        config.webhooks.allow_networks =
            ["127.0.0.0/8", "::/96", "::ffff:0:0/96"].map(|net| net.parse().unwrap()).to_vec();
        // Nobody speaks TLS there; it is enough to have been connected to.
        config.webhooks.timeout = std::time::Duration::from_millis(100);
    })
    .await;
    for url in urls(canary.port, false) {
        send(request(&gateway, "POST", "/subscriptions").json(&json!({"endpoint": url}))).await;
    }
    canary.touched()
}

#[test]
fn addresses_are_public_or_refused() {
    let guard = AddressGuard::new(Vec::new(), false);
    for public in ["1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1"] {
        assert!(guard.allows(public.parse().unwrap()), "{public}");
    }
    for public in ["2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2400::1"] {
        assert!(guard.allows(public.parse().unwrap()), "{public}");
    }
    for url in
        ["https://1.1.1.1/", "https://[2606:4700::1111]:8443/x?y=z", "https://hook.example/", "https://bücher.example"]
    {
        assert!(guard.endpoint(url).is_ok(), "{url}");
    }
    for url in ["https:///hook.example/", "https:/hook.example/", "https://@hook.example/", "https://hook.example./"] {
        assert!(guard.endpoint(url).is_err(), "{url}");
    }
    // Each end of each network in the table.
    for (first, last) in [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("168.63.129.16", "168.63.129.16"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.31.196.0", "192.31.196.255"),
        ("192.52.193.0", "192.52.193.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("192.175.48.0", "192.175.48.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "255.255.255.255"),
        ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ] {
        assert!(!guard.allows(first.parse().unwrap()), "{first}");
        assert!(!guard.allows(last.parse().unwrap()), "{last}");
    }
    let open = AddressGuard::new(vec!["10.1.0.0/16".parse().unwrap()], false);
    assert!(open.allows("10.1.2.3".parse().unwrap()));
    for still in ["10.2.0.1", "127.0.0.1", "::ffff:10.1.2.3"] {
        assert!(!open.allows(still.parse().unwrap()), "{still}");
    }
}

/// `127.0.0.2` stands for a public receiver, `127.0.0.1` for what must not be reached: one port of both.
async fn outside_and_inside() -> (Receiver, TcpListener) {
    loop {
        let receiver = Receiver::start_at([127, 0, 0, 2].into()).await;
        // Another test can have it on this address.
        if let Ok(inside) = TcpListener::bind((Ipv4Addr::LOCALHOST, receiver.address.port())).await {
            return (receiver, inside);
        }
    }
}

/// A name says one address on the first look-up and the other on the next.
#[tokio::test]
async fn a_name_that_changes_its_address_is_connected_to_where_it_was_checked() {
    let (receiver, inside) = outside_and_inside().await;
    let touched = tokio::spawn(async move { inside.accept().await });
    let lying = Lying::new(&[&[[127, 0, 0, 2]], &[[127, 0, 0, 1]]]);
    let gateway = Gateway::start_with(|config| {
        config.webhooks = receiver.config();
        config.webhooks.lookup = lying.clone();
    })
    .await;
    gateway.create_user(crate::USER).await;
    subscribe(&gateway, &receiver.url(), &[]).await; // HEAD: first answer
    tries(&gateway, 1).await; // the test: second answer
    let log = gateway.inner.store.delivery_log(None, 10).await.unwrap();
    assert_eq!((log[0].status, log[0].error.as_deref()), (None, Some("address_refused")));
    gateway.advance(1000);
    gateway.inner.store.announce_deliveries();
    tries(&gateway, 2).await; // first answer again
    assert_eq!(gateway.inner.store.delivery_log(None, 10).await.unwrap()[0].status, Some(200));
    assert_eq!(lying.asked(), 3, "one look-up for each request");
    assert!(!touched.is_finished(), "nobody came");
}

#[tokio::test]
async fn of_several_addresses_only_those_allowed_are_tried() {
    let (receiver, inside) = outside_and_inside().await;
    let touched = tokio::spawn(async move { inside.accept().await });
    let gateway = Gateway::start_with(|config| {
        config.webhooks = receiver.config();
        config.webhooks.lookup = Lying::new(&[&[[127, 0, 0, 1], [127, 0, 0, 2], [10, 0, 0, 1]]]);
    })
    .await;
    gateway.create_user(crate::USER).await;
    subscribe(&gateway, &receiver.url(), &["challenges.*"]).await;
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    assert_eq!(receiver.posts().len(), 2);
    assert!(!touched.is_finished(), "nobody came");
}

#[tokio::test]
async fn an_operator_who_narrows_the_networks_stops_what_was_subscribed_before() {
    let receiver = Receiver::start().await;
    let folder = receiver.ca();
    let gateway = Gateway::start_with(|config| config.webhooks = receiver.config()).await;
    gateway.create_user(crate::USER).await;
    subscribe(&gateway, &receiver.url_by_address(), &[]).await;
    tries(&gateway, 1).await;
    let gateway = gateway
        .restart_with(|config| {
            config.webhooks.allow_networks.clear();
            config.webhooks.ca = Some(folder);
        })
        .await;
    enrol(&gateway).await;
    tries(&gateway, 1).await;
    let log = gateway.inner.store.delivery_log(None, 10).await.unwrap();
    assert_eq!(log[0].error.as_deref(), Some("endpoint_refused"));
    assert_eq!(receiver.posts().len(), 1);
}
