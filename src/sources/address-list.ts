import { BlockList, isIP } from 'node:net';

/** Answers whether an address is on the list. */
export type AddressList = (address: string) => boolean;

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** An address alone, or a range in CIDR notation (`203.0.113.0/24`, `2001:db8::/32`). */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Null where there is no list, so that nobody has to be looked up. */
export function addressList(ranges: readonly string[]): AddressList | null {
  if (ranges.length === 0) return null;
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  return (address) => {
    const plain = withoutMapping(address);
    return isIP(plain) !== 0 && list.check(plain, family(plain));
  };
}

/** An IPv4 caller on an IPv6 socket is `::ffff:203.0.113.7`. */
function withoutMapping(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** The last address in a proxy's header: the only one that the proxy itself has written. */
export function lastAddress(header: string | undefined): string {
  return header?.split(',').at(-1)?.trim() ?? '';
}
