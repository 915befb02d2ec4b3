// SPDX-License-Identifier: EUPL-1.2
// The calls of nmd.linking.v1 that people make. What names or points at a person goes in a body, never in an address.
import type { Session } from './api';

export type Verdict = 'SAME_PERSON' | 'DIFFERENT_PERSONS';

export interface ReviewItem {
  item: string;
  reason?: string;
  sources?: string[];
  /** Absent in a gold sample. */
  permille?: number;
  known_time?: string;
  record_count?: number;
  proposed_decision?: string;
}

export interface ComparedField {
  field: string;
  title?: string;
  value_a?: string;
  value_b?: string;
  level?: string;
  millibits?: number;
}

export interface ReviewItemDetail {
  item: ReviewItem;
  fields?: ComparedField[];
  steps?: Array<{ title?: string; millibits?: number }>;
  score_millibits?: number;
  statement?: string;
  model?: string;
  client_a?: string;
  client_b?: string;
}

export interface ClientHistory {
  /** The client that answers to the id now; empty when there is none any more. */
  client?: string;
  aliases?: string[];
  events?: Array<{ known_time?: string; source?: string; person_key: string; joined?: boolean; other_client?: string; text?: string }>;
  decisions?: LinkDecision[];
}

export interface LinkDecision {
  /** "municipalities/gm1730/linkdecisions/d1" */
  name: string;
  kind?: string;
  verdict?: string;
  state?: string;
  persons?: string[];
  taken_out?: string[];
  reason?: string;
  proposed_by?: string;
  proposed_time?: string;
  confirmed_by?: string;
  known_time?: string;
  undone_by?: string;
  undone_time?: string;
  undone_reason?: string;
  followed?: boolean;
}

export interface LinkModel {
  name: string;
  create_time?: string;
  record_count?: string;
  release_time?: string;
  released_by?: string;
  reason?: string;
  difference?: {
    clients_before?: string;
    clients_after?: string;
    persons_moved?: string;
    open_pairs_before?: string;
    open_pairs_after?: string;
  };
  text?: string;
  in_force?: boolean;
}

export interface EstimatedShare {
  value?: number;
  low?: number;
  high?: number;
}

export interface GoldStratum {
  kind?: string;
  pair_count?: string;
  drawn_count?: string;
  labelled_count?: string;
  same_count?: string;
}

export interface LinkQuality {
  precision?: EstimatedShare;
  recall?: EstimatedShare;
  strata?: GoldStratum[];
  open_pair_count?: string;
  client_count?: string;
  least_client_count?: string;
  statement?: string;
}

export interface ReviewPage {
  items: ReviewItem[];
  total: number;
  /** Empty on the last page. */
  next: string;
}

export interface Operation {
  name: string;
  done?: boolean;
  metadata?: { pairs_done?: string; pairs_all?: string };
  response?: LinkModel;
  error?: { message?: string };
}

/** Linking, as one who is signed in may ask it. */
export class Links {
  constructor(private readonly session: Session) {}

  quality(): Promise<LinkQuality> {
    return this.session.call('linkquality') as Promise<LinkQuality>;
  }

  /** One page of the queue, or of the pairs of the gold sample that have no label yet. */
  async reviewItems(options: { source?: string; sample?: boolean; token?: string; size: number }): Promise<ReviewPage> {
    const query = new URLSearchParams({ page_size: String(options.size) });
    if (options.source) query.set('source', options.source);
    if (options.sample) query.set('sample', 'true');
    if (options.token) query.set('page_token', options.token);
    const page = (await this.session.call(`reviewitems?${query.toString()}`)) as {
      items?: ReviewItem[];
      total_count?: string;
      next_page_token?: string;
    };
    return { items: page.items ?? [], total: Number(page.total_count ?? 0), next: page.next_page_token ?? '' };
  }

  show(item: string, purpose: string): Promise<ReviewItemDetail> {
    return this.session.post('reviewitems/_show', { item, purpose }) as Promise<ReviewItemDetail>;
  }

  /** `requestId` makes a repeat of the same call no second decision. */
  decide(item: string, verdict: Verdict, reason: string, requestId: string): Promise<LinkDecision> {
    return this.session.post('linkdecisions', { item, verdict, reason, request_id: requestId }) as Promise<LinkDecision>;
  }

  decisions(): Promise<LinkDecision[]> {
    return this.session.list('linkdecisions', {}, 'decisions');
  }

  confirm(decision: LinkDecision): Promise<LinkDecision> {
    return this.session.post(`${pathOf(decision.name)}/_confirm`, {}) as Promise<LinkDecision>;
  }

  undo(decision: LinkDecision, reason: string): Promise<LinkDecision> {
    return this.session.post(`${pathOf(decision.name)}/_undo`, { reason }) as Promise<LinkDecision>;
  }

  history(client: string): Promise<ClientHistory> {
    return this.session.post('clients/_history', { client }) as Promise<ClientHistory>;
  }

  merge(clients: string[], reason: string, requestId: string): Promise<LinkDecision> {
    return this.session.post('clients/_merge', { clients, reason, request_id: requestId }) as Promise<LinkDecision>;
  }

  /** Takes `persons` out of the client, together. */
  split(client: string, persons: string[], reason: string, requestId: string): Promise<LinkDecision> {
    return this.session.post('clients/_split', { client, persons, reason, request_id: requestId }) as Promise<LinkDecision>;
  }

  models(): Promise<LinkModel[]> {
    return this.session.list('linkmodels', {}, 'models');
  }

  /** With its text. */
  model(version: string): Promise<LinkModel> {
    return this.session.call(`linkmodels/${encodeURIComponent(version)}`) as Promise<LinkModel>;
  }

  release(model: LinkModel, reason: string): Promise<LinkModel> {
    return this.session.post(`${pathOf(model.name)}/_release`, { reason }) as Promise<LinkModel>;
  }

  train(): Promise<Operation> {
    return this.session.post('linkmodels/_train', {}) as Promise<Operation>;
  }

  operation(name: string): Promise<Operation> {
    return this.session.call(`/${name}`) as Promise<Operation>;
  }

  draw(size: number): Promise<{ strata?: GoldStratum[] }> {
    return this.session.post('goldsamples/_draw', { size }) as Promise<{ strata?: GoldStratum[] }>;
  }

  label(item: string, verdict: Verdict): Promise<{ strata?: GoldStratum[] }> {
    return this.session.post('goldsamples/_label', { item, verdict }) as Promise<{ strata?: GoldStratum[] }>;
  }
}

// "linkdecisions/d1" of "municipalities/gm1730/linkdecisions/d1".
function pathOf(name: string): string {
  return name.split('/').slice(2).map(encodeURIComponent).join('/');
}
