/** The native surface describes itself: OpenAPI 3.1 at `/admin/v1/openapi.json`. */
import { Controller, Get, Injectable, type INestApplication } from '@nestjs/common';
import { ApiExcludeController, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** Filled once the application knows all its routes. */
@Injectable()
export class OpenApiDocument {
  current: OpenAPIObject | undefined;
}

@ApiExcludeController()
@Controller('admin/v1/openapi.json')
export class OpenApiController {
  constructor(private readonly document: OpenApiDocument) {}

  @Get()
  get(): OpenAPIObject | undefined {
    return this.document.current;
  }
}

export function describeNative(app: INestApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse native admin API')
    .setDescription('What AWS API Gateway has no call for. Errors are problem+json (RFC 9457).')
    .setVersion('v1')
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, options);
}
