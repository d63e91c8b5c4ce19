//! Which addresses everybody may go to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Some addresses, as `192.168.0.0/16` or `fd00::/8`; one alone has no `/`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressRange {
    first: IpAddr,
    prefix_bits: u32,
}

impl AddressRange {
    /// Whether this address is one of them. The two versions of IP never are one another's.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                same_start(u128::from(first.to_bits()), u128::from(address.to_bits()), 32, self.prefix_bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                same_start(first.to_bits(), address.to_bits(), 128, self.prefix_bits)
            }
            _ => false,
        }
    }
}

/// Whether two numbers of so many bits begin with the same ones.
fn same_start(one: u128, other: u128, bits: u32, prefix_bits: u32) -> bool {
    (one ^ other).checked_shr(bits.saturating_sub(prefix_bits)).unwrap_or(0) == 0
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is no range of addresses; write it like 192.168.0.0/16");
        let (first, bits) = text.split_once('/').map_or((text, None), |(first, bits)| (first, Some(bits)));
        let first: IpAddr = first.parse().map_err(|_| refused())?;
        let bits_max = if first.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match bits {
            None => bits_max,
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= bits_max).ok_or_else(refused)?,
        };
        Ok(Self { first, prefix_bits })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix_bits)
    }
}

/// IPv4 that is not for everybody (RFC 6890 and what came after it).
const NOT_PUBLIC_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // Here most clouds tell a machine its secrets.
    ([169, 254, 0, 0], 16),
    // Here one more does.
    ([168, 63, 129, 16], 32),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// IPv6 within `2000::/3` that is not for everybody: protocols (Teredo too), documentation, and IPv4 in disguise.
const NOT_PUBLIC_V6: [([u16; 2], u32); 4] =
    [([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

/// Whether this is an address on the open network. IPv4 written as IPv6, in whichever form, is not.
pub fn is_public(address: IpAddr) -> bool {
    let is_in = |first: IpAddr, prefix_bits: u32| AddressRange { first, prefix_bits }.contains(address);
    match address {
        IpAddr::V4(_) => {
            !NOT_PUBLIC_V4.iter().any(|(first, bits)| is_in(IpAddr::V4(Ipv4Addr::from(*first)), *bits))
        }
        IpAddr::V6(_) => {
            let range = |[a, b]: [u16; 2]| IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0));
            is_in(range([0x2000, 0]), 3)
                && !NOT_PUBLIC_V6.iter().any(|(first, bits)| is_in(range(*first), *bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn public_addresses_are_public_and_nothing_else_is() {
        for public in ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700::1111"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for refused in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(refused.parse().unwrap()), "{refused}");
        }
    }

    #[test]
    fn a_range_is_an_address_and_a_number_of_bits() {
        let range: AddressRange = "192.168.0.0/16".parse().unwrap();
        assert!(range.contains("192.168.255.1".parse().unwrap()));
        assert!(!range.contains("192.169.0.1".parse().unwrap()));
        assert!(!range.contains("::ffff:192.168.0.1".parse().unwrap()));
        let one: AddressRange = "fd00::7".parse().unwrap();
        assert_eq!(one.to_string(), "fd00::7/128");
        assert!(one.contains("fd00::7".parse().unwrap()) && !one.contains("fd00::8".parse().unwrap()));
        let all: AddressRange = "::/0".parse().unwrap();
        assert!(all.contains("::1".parse().unwrap()) && !all.contains("127.0.0.1".parse().unwrap()));
        for bad in ["", "/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3/8", "::/129", "localhost", "1.2.3.4/8/8"] {
            assert!(bad.parse::<AddressRange>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_form_of_an_ipv4_address_passes_as_ipv6(bits in any::<u32>(), low in any::<u64>()) {
            let [a, b] = [(bits >> 16) as u16, bits as u16];
            let six_to_four = Ipv6Addr::from((u128::from(0x2002_u16) << 112) | (u128::from(bits) << 80) | u128::from(low));
            let teredo = Ipv6Addr::from((0x2001_0000_u128 << 96) | (u128::from(bits) << 64) | u128::from(low));
            for disguised in [
                Ipv4Addr::from(bits).to_ipv6_mapped(),
                Ipv4Addr::from(bits).to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a, b),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, a, b),
                six_to_four,
                teredo,
            ] {
                prop_assert!(!is_public(IpAddr::V6(disguised)), "{}", disguised);
            }
        }

        #[test]
        fn what_the_standard_library_knows_to_be_private_is(bits in any::<u32>(), six in any::<u128>()) {
            let four = Ipv4Addr::from(bits);
            if four.is_private() || four.is_loopback() || four.is_link_local() || four.is_multicast()
                || four.is_broadcast() || four.is_documentation() || four.is_unspecified()
            {
                prop_assert!(!is_public(IpAddr::V4(four)), "{}", four);
            }
            let six = Ipv6Addr::from(six);
            if six.is_loopback() || six.is_multicast() || six.is_unique_local() || six.is_unicast_link_local() {
                prop_assert!(!is_public(IpAddr::V6(six)), "{}", six);
            }
        }

        #[test]
        fn a_written_range_is_read_as_it_was(bits in any::<u32>(), prefix_bits in 0_u32..=32, other in any::<u32>()) {
            let first = IpAddr::V4(Ipv4Addr::from(bits));
            let range = AddressRange { first, prefix_bits };
            prop_assert_eq!(range.to_string().parse(), Ok(range));
            prop_assert!(range.contains(first));
            let is_same = prefix_bits == 0 || bits >> (32 - prefix_bits) == other >> (32 - prefix_bits);
            prop_assert_eq!(range.contains(IpAddr::V4(Ipv4Addr::from(other))), is_same);
        }
    }
}
