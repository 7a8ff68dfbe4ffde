/** The walls of the house, as rules over who imports whom. Paths are from the root of the project. */

export interface Import {
  readonly from: string;
  readonly to: string;
}

type Zone =
  | {
      kind:
        | 'contracts'
        | 'platform'
        | 'connectors'
        | 'sandbox'
        | 'pages'
        | 'scripts'
        | 'setup'
        | 'package'
        | 'documents';
    }
  | { kind: 'service'; service: string; domain: boolean };

function zoneOf(path: string): Zone {
  const [top, second = '', third] = path.split('/');
  if (path.startsWith('node_modules/')) return { kind: 'package' };
  if (top === 'contracts' || top === 'platform' || top === 'scripts' || top === 'setup' || top === 'sandbox')
    return { kind: top };
  if (top === 'web') return { kind: 'pages' };
  if (top === 'docs') return { kind: 'documents' };
  if (top === 'functions' && second === 'connectors') return { kind: 'connectors' };
  if (top === 'functions') return { kind: 'service', service: second, domain: third === 'domain' };
  throw new Error(`no zone for ${path}`);
}

/** Why an import breaks a wall; null: it does not. */
export function breach({ from, to }: Import): string | null {
  const source = zoneOf(from);
  const target = zoneOf(to);
  if (source.kind === 'package') return null;
  if (source.kind === 'service' && source.domain) {
    const same = target.kind === 'service' && target.domain && target.service === source.service;
    return same ? null : 'domain imports nothing but its own domain';
  }
  if (target.kind === 'package') {
    const broker = /^node_modules\/amqplib\//.test(to);
    const mayKnowBroker = source.kind === 'connectors' || from === 'platform/broker.ts';
    return broker && !mayKnowBroker ? 'only connectors know the broker' : null;
  }
  const allowed: Record<Exclude<Zone['kind'], 'package'>, readonly Zone['kind'][]> = {
    contracts: ['contracts'],
    platform: ['platform', 'contracts'],
    connectors: ['connectors', 'platform', 'contracts', 'documents'],
    sandbox: ['sandbox', 'platform', 'contracts'],
    pages: ['pages'],
    service: ['service', 'platform', 'contracts', 'documents'],
    scripts: ['scripts', 'service', 'platform', 'contracts'],
    setup: ['setup', 'service', 'platform', 'contracts'],
    documents: [],
  };
  if (!allowed[source.kind].includes(target.kind)) return `${source.kind} must not import ${target.kind}`;
  if (source.kind === 'service' && target.kind === 'service' && source.service !== target.service) {
    return 'a service never imports another';
  }
  const operation = /^functions\/[^/]+\/(?!db\/|domain\/)([^/]+)\//;
  const [, own] = operation.exec(from) ?? [];
  const [, other] = operation.exec(to) ?? [];
  const isFunctionFolder = source.kind === 'service' && other !== undefined && own !== undefined && own !== other;
  return isFunctionFolder ? 'a function never imports another: what they share is in domain/ or db/' : null;
}

const DRAWER = /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.[a-z]+$)/;

/** A folder or file without a subject, where everything ends up. */
export const isDrawer = (path: string): boolean => DRAWER.test(path);
