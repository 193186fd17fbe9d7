/** A histogram with fixed borders, as Prometheus counts: each bucket holds what is at most its border. */
export const SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

export class Histogram {
  private readonly counts: number[];
  private sum = 0;
  private count = 0;

  constructor(private readonly borders: readonly number[] = SECONDS) {
    this.counts = borders.map(() => 0);
  }

  add(value: number): void {
    this.sum += value;
    this.count++;
    for (let i = 0; i < this.borders.length; i++) {
      if (value <= (this.borders[i] ?? 0)) {
        this.counts[i] = (this.counts[i] ?? 0) + 1;
        return;
      }
    }
  }

  /** `labels` without braces. */
  expose(name: string, labels: string): string {
    let text = '';
    let total = 0;
    for (let i = 0; i < this.borders.length; i++) {
      total += this.counts[i] ?? 0;
      text += `${name}_bucket{${labels},le="${this.borders[i]}"} ${total}\n`;
    }
    text += `${name}_bucket{${labels},le="+Inf"} ${this.count}\n`;
    return `${text}${name}_sum{${labels}} ${this.sum}\n${name}_count{${labels}} ${this.count}\n`;
  }
}
